import { changedConfig, completeConsole, parseConsole, showConfig, showTasks } from '../../src/domino/console';

describe('the console', () => {
  it.each([
    ['show stat smtp', { action: 'show-stat', pattern: 'smtp' }],
    ['sho stat smtp', { action: 'show-stat', pattern: 'smtp' }],
    ['SHOW STAT SMTP.Command.EHLO', { action: 'show-stat', pattern: 'SMTP.Command.EHLO' }],
    ['show statistics smtp command', { action: 'show-stat', pattern: 'smtp.command' }],
    ['sh st', { action: 'show-stat', pattern: null }],
    ['sh ta', { action: 'show-tasks' }],
    ['show config smtperrorlimit', { action: 'show-config', name: 'SMTPErrorLimit' }],
    ['tell smtp update config', { action: 'update-config' }],
    ['tell smtp quit', { action: 'stop-task' }],
    ['te smtp q', { action: 'stop-task' }],
    ['load smtp', { action: 'start-task' }],
    ['restart task smtp', { action: 'restart-task' }],
    ['drop all', { action: 'drop-all' }],
    ['quit', { action: 'stop-server' }],
    ['  exit ', { action: 'stop-server' }],
  ])('understands "%s"', (line, action) => {
    expect(parseConsole(line)).toEqual(action);
  });

  it('turns set config into the change it means', () => {
    expect(parseConsole('set config SMTPErrorLimit=5')).toEqual({
      action: 'config-change',
      name: 'SMTPErrorLimit',
      value: '5',
      change: { errorLimit: 5 },
    });
  });

  it('keeps the blanks of a value, and takes off quotes round the whole', () => {
    const greeting = { action: 'config-change', value: 'Acme  mail ready at %s' };
    expect(parseConsole('set config SMTPGreeting=Acme  mail ready at %s')).toMatchObject(greeting);
    expect(parseConsole('se con "SMTPGreeting=Acme  mail ready at %s"')).toMatchObject(greeting);
  });

  it.each([
    ['set config SMTPErrorLimit=many', 'SMTPErrorLimit takes a number'],
    ['set config SMTPErorLimit=5', 'SMTPErorLimit is not a notes.ini variable'],
    ['set config', 'Command not complete'],
    ['set config =5', 'Command not complete'],
    ['show', 'show tasks'],
    ['tell http quit', 'Task HTTP is not on this server'],
    ['shwo tasks', 'did you mean: show tasks'],
    ['tel smpt quit', 'Task SMPT is not on this server'],
    ['drop al sessions', 'did you mean: drop all'],
    ['xyzzy', 'type help for a list'],
  ])('answers "%s" with what is wrong', (line, text) => {
    const action = parseConsole(line);
    expect(action.action === 'text' && action.problem).toBe(true);
    expect(action.action === 'text' ? action.lines.join('\n') : '').toContain(text);
  });

  it('says nothing to an empty line', () => {
    expect(parseConsole('   ')).toEqual({ action: 'text', lines: [], problem: false });
  });

  it('lists every command in the help', () => {
    const help = parseConsole('help');
    const text = help.action === 'text' ? help.lines.join('\n') : '';
    for (const command of ['tell smtp update config', 'load smtp', 'drop all']) expect(text).toContain(command);
  });

  it.each([
    ['sh', ['show'], 'sh'],
    ['show ', ['statistics', 'tasks', 'configuration'], ''],
    ['tell smtp ', ['update', 'quit'], ''],
    ['sho stat ', ['smtp'], ''],
    ['set config smtpexpanddnsb', ['SMTPExpandDNSBLStats='], 'smtpexpanddnsb'],
    ['show config SMTPGr', ['SMTPGreeting'], 'SMTPGr'],
    ['nothing ', [], ''],
  ])('completes "%s"', (line, words, begun) => {
    expect(completeConsole(line)).toEqual([words, begun]);
  });

  it('prints tasks, variables and changes', () => {
    expect(showTasks({ running: true, port: 2525, sessions: 0 })[1]).toBe(
      '  SMTP Server          Listen for connect requests on TCP Port:2525',
    );
    expect(showTasks({ running: false, port: 2525, sessions: 0 })).toHaveLength(1);
    expect(showConfig('SMTPErrorLimit', '5')).toEqual(['SMTPErrorLimit=5']);
    expect(showConfig('SMTPErrorLimit', null)).toEqual(['SMTPErrorLimit is not set']);
    expect(changedConfig('SMTPErrorLimit', '5')).toEqual(['SMTPErrorLimit changed to 5.']);
  });
});
