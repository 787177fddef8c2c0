import { momentText } from '../../src/domino/log-calendar';
import { newDateReading, readHead, readLogLine, TASK } from '../../src/domino/log-reader';
import type { DateReading, LogLine } from '../../src/domino/log-reader';

function read(line: string, reading: DateReading = newDateReading(null)): LogLine | null {
  return readLogLine(line, line.indexOf(TASK), reading);
}

const moment = (line: string, reading?: DateReading): string => momentText(read(line, reading)?.at ?? -1);

describe('one line of a log', () => {
  it.each([
    ['18/02/2004 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
    ['02/18/2004 09:52:07 AM  SMTP Server: x', '2004-02-18 09:52:07'],
    ['02/18/2004 12:05:00 AM  SMTP Server: x', '2004-02-18 00:05:00'],
    ['02/18/2004 12:05:00 PM  SMTP Server: x', '2004-02-18 12:05:00'],
    ['02/18/2004 01:05:00 PM  SMTP Server: x', '2004-02-18 13:05:00'],
    ['02/18/2004 1:05:00 pm  SMTP Server: x', '2004-02-18 13:05:00'],
    ['2004-02-18 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
    ['2004/02/18 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
    ['18.02.2004 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
    ['18-02-2004 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
    ['18.02.04 09:52   SMTP Server: x', '2004-02-18 09:52:00'],
    ['18/02/99 09:52:07   SMTP Server: x', '1999-02-18 09:52:07'],
    ['29/02/2004 23:59:59   SMTP Server: x', '2004-02-29 23:59:59'],
    ['18/02/2004 09:52:07.74   SMTP Server: x', '2004-02-18 09:52:07'],
    ['[12209:00021-00015] 27/06/2014 09:45:09   SMTP Server: x', '2014-06-27 09:45:09'],
    ['[23671:00010-2690815744] 2016-06-14 15:54:23   SMTP Server: x', '2016-06-14 15:54:23'],
    ['[000738:000027-00007F1164C23700] 06-11-2022 11:53:54   SMTP Server: x', '2022-11-06 11:53:54'],
    ['  EventList:  18/02/2004 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
    ['\f\t18/02/2004 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
    ['\ufeff18/02/2004 09:52:07   SMTP Server: x', '2004-02-18 09:52:07'],
  ])('%j', (line, at) => {
    expect(moment(line)).toBe(at);
    expect(read(line)?.text).toBe('x');
  });

  it('keeps the thread of the prefix, and of the form in brackets', () => {
    expect(read('[12209:00021-00015] 27/06/2014 09:45:09   SMTP Server: x')?.thread).toBe('12209:00021-00015');
    expect(
      read('19-09-2018 17:25:52   SMTP Server [000527:000013-0000001227564800] Connection from [1.2.3.4] x'),
    ).toEqual({
      at: expect.any(Number) as number,
      thread: '000527:000013-0000001227564800',
      text: 'Connection from [1.2.3.4] x',
    });
  });

  it('reads a line without a date', () => {
    expect(read('SMTP Server: 1.2.3.4 connected')).toEqual({ at: null, thread: null, text: '1.2.3.4 connected' });
  });

  it.each([
    '18/02/2004 09:52:07   Router: no connection to the SMTP Server: x',
    '  SMTP Server          Listen for connect requests on TCP Port:25',
    '18/02/2004 09:52:07   SMTP Servers: x',
    '18/02/2004 09:52:07   SMTP Server [12209',
  ])('is not taken from another task: %j', (line) => {
    expect(read(line)).toBeNull();
  });

  it.each(['99/99/2004 09:52:07   SMTP Server: x', '18/02/2004 25:00:00   SMTP Server: x'])(
    'has no date that cannot be one: %j',
    (line) => {
      expect(read(line)?.at ?? null).toBeNull();
    },
  );
});

describe('the order of day and month', () => {
  it('is settled by a number above twelve', () => {
    const reading = newDateReading(null);
    moment('02/03/2004 09:00:00   SMTP Server: x', reading);
    expect(reading).toMatchObject({ order: 'dmy', settled: 'guessed' });
    expect(moment('02/18/2004 09:00:00   SMTP Server: x', reading)).toBe('2004-02-18 09:00:00');
    expect(reading).toMatchObject({ order: 'mdy', settled: 'by-log' });
  });

  it('is settled by a midnight that would be a month long', () => {
    const reading = newDateReading(null);
    moment('02/03/2004 23:59:58   SMTP Server: x', reading);
    expect(moment('02/04/2004 00:00:03   SMTP Server: x', reading)).toBe('2004-02-04 00:00:03');
    expect(reading).toMatchObject({ order: 'mdy', settled: 'by-log' });
  });

  it('is the one the user gave', () => {
    const reading = newDateReading('mdy');
    expect(moment('02/03/2004 09:00:00   SMTP Server: x', reading)).toBe('2004-02-03 09:00:00');
    expect(reading.settled).toBe('by-user');
  });
});

describe('the head of a line', () => {
  it.each(['', 'no date', '[unfinished', 'Router: Message 00364B87 delivered', '18:02:2004 09:52:07'])(
    'is not in %j',
    (line) => {
      expect(readHead(line, newDateReading(null))).toBeNull();
    },
  );
});

it('reads a line that begins like the one before by itself', () => {
  const lines = [
    '02/03/2004 09:52:07   SMTP Server: x',
    '02/03/2004 09:52:07   SMTP Server: y',
    '02/03/2004 09:52:07 PM  SMTP Server: z',
    '02/03/2004 09:52:07.50   SMTP Server: z',
    '[0001:0002-0003] 02/03/2004 09:52:07   SMTP Server: z',
    '[0001:0002-0004] 02/03/2004 09:52:07   SMTP Server: z',
    '02/03/2004 09:52:07   SMTP Server: x',
  ];
  const reading = newDateReading('dmy');
  expect(lines.map((line) => read(line, reading))).toEqual(lines.map((line) => read(line, newDateReading('dmy'))));
});
