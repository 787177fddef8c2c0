// The mock server as a process of its own, started inside the lab's server namespace. Says what its trace gets, event by
// event, and listens until it is told to stop.

import { startMockServer } from '../../mock/mock-server';
import { takeJob } from './job-taker';
import type { ServerJob, ServerWord } from './lab-job';
import { sightingOf } from './server-sight';

async function serve(job: ServerJob, told: AbortSignal, say: (word: ServerWord) => void): Promise<void> {
  const server = await startMockServer(job.scenario, {
    host: job.host,
    port: job.port,
    certificates: job.folder,
    keepContent: false,
    onEvent: (trace, event) => {
      const sighting = sightingOf(trace.connection, event);
      if (sighting !== null) say({ sighting });
    },
  });
  say({ origin: server.clock.origin });
  await new Promise<void>((resolve) => {
    if (told.aborted) resolve();
    else told.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.stop();
}

takeJob((job, told, say) => serve(job as ServerJob, told, say));
