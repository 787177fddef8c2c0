// A scripted dialogue without a socket: the test is the server and the clock.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubmissionToSend } from '../../src/clients/driver';
import { ScriptedDialogue } from '../../src/clients/scripted-dialogue';
import type { DialogueSetting } from '../../src/clients/scripted-dialogue';
import type { DialogueAction, DialogueEvent } from '../../src/clients/scripted-event';
import { loadSender } from '../../src/scenario/sender';
import type { Sender } from '../../src/scenario/sender';

export function submission(given: Partial<SubmissionToSend> = {}): SubmissionToSend {
  return {
    id: 1,
    from: 'sender@example.org',
    to: ['user@example.com'],
    messageId: '<1@example.org>',
    content: Buffer.from('Subject: x\r\n\r\nhello\r\n'),
    tls: 'none',
    auth: null,
    ...given,
  };
}

/** A sender of the test's own, from its text. */
export function senderFrom(yaml: string): Sender {
  const folder = mkdtempSync(join(tmpdir(), 'sender-'));
  const path = join(folder, 'own.yaml');
  writeFileSync(path, `name: own\ntitle: of the test\n${yaml}`);
  try {
    return loadSender(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Octets go in as the server's, and what the client does comes out in words: texts for octets, `<close>` for the rest. */
export class Bench {
  readonly dialogue: ScriptedDialogue;
  readonly log: string[] = [];
  now = 0;
  /** Whether the kernel takes at once whatever is written. */
  drains = true;
  wakeAt: number | null = null;
  end: string | null = null;

  constructor(sender: Sender | string, setting: Partial<DialogueSetting> = {}) {
    this.dialogue = new ScriptedDialogue(typeof sender === 'string' ? loadSender(sender) : sender, {
      targets: [{ host: 'mx.example.com', port: 25 }],
      submissions: [submission()],
      clientName: 'client.example.org',
      canVerify: false,
      mostRecipients: Infinity,
      ...setting,
    });
  }

  take(event: DialogueEvent): string[] {
    const actions = this.dialogue.take(event, this.now);
    const done = actions.flatMap((action) => this.did(action));
    const hasWritten = this.drains && actions.some(({ action }) => action === 'write');
    return hasWritten ? [...done, ...this.take({ event: 'drained' })] : done;
  }

  private did(action: DialogueAction): string[] {
    switch (action.action) {
      case 'write':
        return [action.octets.toString('latin1')];
      case 'wake':
        this.wakeAt = action.at;
        return [];
      case 'note':
        this.log.push(action.text);
        return [];
      case 'connect':
        return [`<connect ${action.target.host}${action.tls ? ' tls' : ''}>`];
      case 'handshake':
        return [action.verify ? '<handshake, verifying>' : '<handshake>'];
      case 'finish':
        this.end = action.end;
        return ['<finish>'];
      default:
        return [`<${action.action}>`];
    }
  }

  /** Starts, connects, greets. */
  greeted(greeting = '220 mx.example.com ESMTP\r\n'): string[] {
    this.take({ event: 'start' });
    this.take({ event: 'connected' });
    return this.says(greeting);
  }

  /** Starts, connects, greets, and answers EHLO with these keywords. */
  ehloed(...keywords: string[]): string[] {
    this.greeted();
    return this.says(ehlo(...keywords));
  }

  says(octets: string): string[] {
    return this.take({ event: 'octets', octets });
  }

  /** Each reply in turn; what the client did after each. */
  all(...replies: string[]): string[] {
    return replies.flatMap((reply) => this.says(`${reply}\r\n`));
  }

  /** Lets so much time go by without a word. */
  after(ms: number): string[] {
    const until = this.now + ms;
    const done: string[] = [];
    while (this.wakeAt !== null && this.wakeAt <= until && this.end === null) {
      this.now = this.wakeAt;
      this.wakeAt = null;
      done.push(...this.take({ event: 'wake' }));
    }
    this.now = until;
    return done;
  }

  outcomes(): string[] {
    return this.dialogue
      .outcomes()
      .map(({ submission, recipient, outcome }) => `${submission} ${recipient} ${outcome}`);
  }
}

export function ehlo(...keywords: string[]): string {
  const lines = ['mx.example.com', ...keywords];
  return lines.map((line, index) => `250${index < lines.length - 1 ? '-' : ' '}${line}\r\n`).join('');
}
