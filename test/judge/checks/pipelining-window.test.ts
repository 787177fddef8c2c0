import { greeted, judged } from '../support';

describe('pipeline-window', () => {
  const id = 'pipeline-window';
  const rcpt = Array.from({ length: 120 }, (_, index) => `C| RCPT TO:<r${index}@example.com>\n`).join('');
  const group = `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\n${rcpt}`;
  const replies = 'S: 250 OK\n'.repeat(120);

  it('passes a group that completes once we read again', () => {
    const trace = `${group}S: 250 OK\nS! deaf 10s\n+10s\n${replies}C: QUIT\nS: 221 bye`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'pass',
      reason: 'A group of 121 commands completed once we read and wrote in turns.',
    });
  });

  it('fails a group in which nothing moves for five minutes', () => {
    const trace = `${group}S: 250 OK\nS! note reading-paused 70000 octets wait\n+400s\nS- FIN`;
    expect(judged(id, trace)).toMatchObject({
      verdict: 'fail',
      reason: 'In a group of 121 commands nothing moved for 400 s.',
    });
  });

  it('is inconclusive when we gave up sooner', () => {
    const trace = `${group}S: 250 OK\nS! note reading-paused 70000 octets wait\n+60s\nS- FIN`;
    expect(judged(id, trace).verdict).toBe('inconclusive');
  });

  it.each([
    ['were holding a reply back', 'S! hold 500s'],
    ['had fallen silent', 'S! mute'],
  ])('does not blame the client for what piled up while we %s', (_, step) => {
    const trace = `${group}S: 250 OK\n${step}\nS! note reading-paused 70000 octets wait\n+400s\nS- FIN`;
    expect(judged(id, trace).verdict).toBe('not-applicable');
  });

  it('does not apply to small groups, or where we never stopped reading', () => {
    expect(judged(id, `${group}S: 250 OK\n${replies}`).verdict).toBe('not-applicable');
    const small = `${greeted('PIPELINING')}C: MAIL FROM:<a@b.example>\nC| RCPT TO:<c@d.example>\nS: 250 OK\nS! deaf 400s\n+400s\nS: 250 OK`;
    expect(judged(id, small).verdict).toBe('not-applicable');
  });
});
