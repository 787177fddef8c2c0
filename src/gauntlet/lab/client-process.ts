// The client as a process of its own, started inside the lab's client namespace: its driver runs here, so that everything the
// driver starts is in there too. Sends one message and says what became of it.

import type { Assignment } from '../../clients/driver';
import { driverOf } from './lab-client';
import { takeJob } from './job-taker';
import type { ClientJob, ClientWord } from './lab-job';

/** What the client calls itself, where that can be set. */
const CLIENT_NAME = 'sender.example.net';

async function send(job: ClientJob, told: AbortSignal, say: (word: ClientWord) => void): Promise<void> {
  const assignment: Assignment = {
    targets: [{ host: job.host, port: job.port }],
    submissions: [
      {
        id: 1,
        from: job.from,
        to: job.to,
        messageId: job.messageId,
        content: Buffer.from(job.content, 'base64'),
        tls: job.tls,
        auth: null,
      },
    ],
    folder: job.folder,
    clientName: CLIENT_NAME,
    // The server is known by an address of the lab, which no certificate names: nothing is verified.
    caFile: null,
    windowMs: job.windowMs,
    signal: told,
  };
  say({ report: await driverOf(job.client).submit(assignment) });
}

takeJob((job, told, say) => send(job as ClientJob, told, say));
