import { withoutPasswords, withoutQuotedPasswords } from '../../src/gauntlet/passwords';
import { scenario } from '../../src/scenario/builder';
import { loadScenario } from '../../src/scenario/load';

const PLAIN = Buffer.from('\0tester\0secret').toString('base64');

describe('a scenario as it stands in a trial record', () => {
  it('names users and keeps their passwords to itself', () => {
    const written = loadScenario('auth-refused');
    const shown = withoutPasswords(written);
    expect(JSON.stringify(written)).toContain('changed yesterday');
    expect(JSON.stringify(shown)).not.toContain('changed yesterday');
    expect(shown.servers[0]?.auth.users).toEqual({ tester: '********' });
    expect(shown.submit[0]?.auth).toEqual({ user: 'tester', password: '********' });
  });

  it('is the same where there are none', () => {
    const written = scenario().build();
    expect(withoutPasswords(written)).toEqual(written);
  });
});

it('an outcome that quotes the AUTH line shows neither the password nor its base64', () => {
  const { submit } = loadScenario('auth-refused');
  const outcome = {
    submission: 1,
    recipient: 'a@b.c',
    outcome: 'bounced',
    text: `535 "AUTH PLAIN ${PLAIN}" secret`,
  } as const;
  expect(withoutQuotedPasswords([outcome], submit)).toEqual([
    { ...outcome, text: '535 "AUTH PLAIN ********" ********' },
  ]);
});
