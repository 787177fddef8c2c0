import { fillTemplate, lineTemplate, matchTemplate } from '../../src/domino/line-template';

describe('a line template', () => {
  const disconnected = lineTemplate('{peer} disconnected. {count} message[s] received');

  it('matches what it has filled', () => {
    const line = fillTemplate(disconnected, { peer: '192.168.0.1', count: '0' });
    expect(line).toBe('192.168.0.1 disconnected. 0 message[s] received');
    expect(matchTemplate(disconnected, line)).toEqual(['192.168.0.1', '0']);
  });

  it.each([
    '192.168.0.1 disconnected. 0 message[s] receive',
    '192.168.0.1 disconnected 0 message[s] received',
    ' message[s] received',
    '',
  ])('does not match "%s"', (line) => {
    expect(matchTemplate(disconnected, line)).toBeNull();
  });

  it('does not let literals overlap', () => {
    expect(matchTemplate(lineTemplate('ab{x}ba'), 'aba')).toBeNull();
    expect(matchTemplate(lineTemplate('{x}b{y}ba'), 'aba')).toBeNull();
  });

  it('matches a text without fields whole', () => {
    expect(matchTemplate(lineTemplate('Started'), 'Started')).toEqual([]);
    expect(matchTemplate(lineTemplate('Started'), 'Started.')).toBeNull();
  });

  it('refuses fields that touch', () => {
    expect(() => lineTemplate('{a}{b}')).toThrow('two fields touch');
  });
});
