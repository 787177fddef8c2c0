import type { ReportedOutcome } from '../../src/wire/trial-record';
import { FAULT_TAGS, fateRows, fateText } from '../../src/report/message-fates';
import { greeted, trial, type TrialOptions } from '../judge/support';
import { card, client, ran, unrun, verdict } from './cards';

const mail = 'C: MAIL FROM:<sender@client.example>\nS: 250 ok\n';
const message = 'C: DATA\nS: 354 go\nC: Message-ID: <1@client.example>\nC| .\n';
const [one, other] = ['user@example.com', 'other@example.com'];
const taken = `${greeted()}${mail}C: RCPT TO:<${one}>\nS: 250 ok\n${message}S: 250 ok\nC: QUIT\nS: 221 bye\n`;
const refused = `${greeted()}${mail}C: RCPT TO:<${one}>\nS: 451 later\nC: QUIT\nS: 221 bye\n`;

function said(outcomes: Readonly<Record<string, ReportedOutcome['outcome']>>): TrialOptions {
  return {
    submissions: [{ to: Object.keys(outcomes) }],
    outcomes: Object.entries(outcomes).map(([recipient, outcome]) => ({ submission: 1, recipient, outcome, text: '' })),
  };
}

test.each<[string, string, TrialOptions]>([
  ['accepted', taken, said({ [one]: 'accepted' })],
  ['accepted', taken, said({ [one]: 'unknown' })],
  ['accepted twice', `${taken}# connection 2\n${taken}`, said({ [one]: 'accepted' })],
  ['accepted, reported as deferred', taken, said({ [one]: 'deferred' })],
  ['deferred', refused, said({ [one]: 'deferred' })],
  ['bounced', refused, said({ [one]: 'bounced' })],
  ['given back', refused, said({ [one]: 'refused' })],
  ['lost: reported as accepted', refused, said({ [one]: 'accepted' })],
  ['nothing said', refused, { outcomes: [] }],
  ['accepted for 1 of 2, bounced', taken, said({ [one]: 'accepted', [other]: 'bounced' })],
  ['deferred 1, bounced 1', refused, said({ [one]: 'deferred', [other]: 'bounced' })],
])('%s', (words, trace, options) => {
  expect(fateText(trial(trace, options))).toBe(words);
});

test('a client that has not said anything was still trying, or is no more', () => {
  const silent = trial(refused, { outcomes: [] });
  expect(fateText({ ...silent, end: 'window-over' })).toBe('still trying');
  expect(fateText({ ...silent, end: 'client-crashed' })).toBe('crashed');
});

test('a row for each scenario at fault, with what was broken on the way', () => {
  const broken = verdict('quit-before-close', 'broken', 'it left', []);
  const trials = [ran('path-reset', [broken]), ran('plain', [])];
  const clients = [client('curl', trials), client('swaks', [unrun('path-reset', "can't"), ran('plain', [])])];
  const record = (tags: readonly string[]) => trial(taken, { ...said({ [one]: 'accepted' }), scenario: { tags } });
  const recordOf = (_: string, scenario: string) => record(scenario === 'plain' ? ['mail'] : ['path']);
  expect(fateRows(card(clients), recordOf, FAULT_TAGS)).toEqual([
    { scenario: 'path-reset', cells: ['accepted; 1 fail', 'not run'] },
  ]);
});
