import { withoutFreshSecrets } from '../../src/cli/fresh-secrets';
import type { TraceEvent } from '../../src/wire/trace-event';

const received = (offset: number, text: string, layer = 'plain'): TraceEvent => ({
  type: 'received',
  seq: 1,
  at: 0,
  layer: layer as 'plain',
  offset,
  length: text.length,
  octets: Buffer.from(text, 'latin1'),
});
const command = (event: string, offset: number): TraceEvent =>
  ({ type: 'command', seq: 1, at: 0, event, line: '', offset }) as unknown as TraceEvent;

/** What is shown of each read. */
function shown(...events: readonly TraceEvent[]): string[] {
  const look = withoutFreshSecrets();
  return events.flatMap((event) => {
    const seen = look(1, event);
    return seen.type === 'received' ? [seen.octets?.toString('latin1') ?? '-'] : [];
  });
}

describe('reads in a live log', () => {
  it('are shown while nobody says AUTH, and again when a command behind it shows that it is over', () => {
    expect(
      shown(
        received(0, 'EHLO a\r\n'),
        command('EHLO', 0),
        received(8, 'auth login\r\n'),
        command('AUTH', 8),
        received(20, 'c2VjcmV0\r\n'),
        command('auth-response', 20),
        received(30, 'c2VjcmV0\r\n'),
        command('unknown', 30),
        received(40, 'MAIL FROM:<a@b.c>\r\n'),
        command('MAIL', 40),
        received(59, 'RCPT TO:<d@e.f>\r\n'),
      ),
    ).toEqual(['EHLO a\r\n', '-', '-', '-', '-', 'RCPT TO:<d@e.f>\r\n']);
  });

  it('are left out when the verb comes in pieces', () => {
    expect(shown(received(0, 'AU'), received(2, 'TH P'), received(6, 'LAIN c2VjcmV0\r\n'))).toEqual(['AU', '-', '-']);
  });

  it('are left out behind an AUTH that still waits among other commands', () => {
    expect(
      shown(
        received(0, 'NOOP\r\nRSET\r\nAUTH LOGIN\r\n'),
        command('NOOP', 0),
        command('RSET', 6),
        received(24, 'x\r\n'),
      ),
    ).toEqual(['-', '-']);
  });

  it('are left out in the layers of a path as well', () => {
    expect(shown(received(0, 'AUTH PLAIN x\r\n', 'wire'), received(0, 'NOOP PLAIN x\r\n'))).toEqual(['-', '-']);
  });
});
