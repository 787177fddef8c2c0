import { applyNotesIni, NOTES_INI_VARIABLES, notesIniVariable, parseNotesIni } from '../../src/domino/notes-ini';

describe('notes.ini', () => {
  it.each([
    ['SMTPErrorLimit', '5', { errorLimit: 5 }],
    ['SMTPErrorLimit', '0', { errorLimit: null }],
    ['SMTPErrorLimit', '', { errorLimit: null }],
    ['SMTPTimeoutMultiplier', '3', { idleTimeoutMs: 540_000 }],
    ['SMTPTimeoutMultiplier', '', { idleTimeoutMs: 180_000 }],
    ['SMTPMaxForRecipients', '100', { maxRecipients: 100 }],
    ['SMTPNonStandardLineTermination', '1', { lineEndings: 'cr-or-lf' }],
    ['SMTPNonStandardLineTermination', '0', { lineEndings: 'crlf' }],
    ['SMTPExpandDNSBLStats', '1', { expandDnsblStats: true }],
    ['SMTPGreeting', 'Acme ready at %s', { greeting: 'Acme ready at %s' }],
    ['SMTPGreeting', '', { greeting: null }],
    ['SMTPDebugIO', '3', { debugIo: 3 }],
    ['SMTPDebug', '2', { debugIo: 2 }],
    ['SMTPNoVersionInRcvdHdr', '1', { versionInReceived: false }],
    ['SMTPDenyNotUniqueRcpt', '1', { denyAmbiguous: true }],
    ['SMTPDenyMailToGroups', '1', { denyGroups: true }],
    ['smtperrorlimit', ' 7 ', { errorLimit: 7 }],
    ['SMTPRelayHostsandDomains', '1', {}],
  ])('%s=%s', (name, value, change) => {
    expect(applyNotesIni({ [name]: value })).toEqual({ change, problems: [] });
  });

  it.each([
    ['SMTPErrorLimit', '-1'],
    ['SMTPErrorLimit', '5 errors'],
    ['SMTPTimeoutMultiplier', '0'],
    ['SMTPTimeoutMultiplier', '1.5'],
    ['SMTPExpandDNSBLStats', 'yes'],
    ['SMTPDebugIO', '5'],
    ['SMTPGreeting', 'a\r\nb'],
    ['SMTPListenerPort', '70000'],
    ['SMTPStrict821LineSyntax', '1'],
  ])('%s=%s is a problem and changes nothing', (name, value) => {
    const { change, problems } = applyNotesIni({ [name]: value });
    expect(change).toEqual({});
    expect(problems).toHaveLength(1);
    expect(problems[0]?.name).toBe(name);
  });

  it('applies the good ones of several', () => {
    const { change, problems } = applyNotesIni({ SMTPErrorLimit: '5', SMTPDebugIO: 'x', SMTPExpandDNSWLStats: '1' });
    expect(change).toEqual({ errorLimit: 5, expandDnswlStats: true });
    expect(problems).toHaveLength(1);
  });

  it('has a meaning and a source for every variable, and each once', () => {
    const names = NOTES_INI_VARIABLES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const variable of NOTES_INI_VARIABLES) expect([variable.meaning, variable.source]).not.toContain('');
    expect(notesIniVariable('SMTPERRORLIMIT')?.name).toBe('SMTPErrorLimit');
  });

  it('takes the SMTP variables out of a file', () => {
    const file =
      '[Notes]\r\nDirectory=C:\\Notes\r\nSMTPGreeting=a=b ready\r\nSMTPErrorLimit = 5\nSMTPErrorLimit=9\n;SMTPDebug=3\n';
    expect(parseNotesIni(file)).toEqual({ SMTPGreeting: 'a=b ready', SMTPErrorLimit: '5' });
  });
});
