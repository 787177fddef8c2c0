import { judgeTrial } from '../../src/judge/judge';
import { trialCard, type ReportCard } from '../../src/judge/report-card';
import { cardJson, readCard } from '../../src/report/json';
import { RecordError } from '../../src/wire/guard';
import { greeted, trial } from '../judge/support';
import { card, client, ran, said, unrun, verdict } from './cards';

const RECORD = trial(
  `${greeted('SIZE 1000')}C: MAIL FROM:<sender@client.example>\nS: 550 no\nC: DATA\nS: 503 no\nC- RST`,
  {
    scenario: {
      name: 'mail-550',
      title: 'MAIL is refused',
      expect: { messages: 1, obligations: ['mail-rejected-stops'] },
    },
  },
);

const CARD = card(
  [
    client('postfix', [
      trialCard(RECORD, judgeTrial(RECORD, { rfc: 5321 }), '/records/mail-550'),
      ran('hostile', [
        verdict('ehlo-first', 'broken', 'it said "\u2028\\"', [said('C: HELO \u0000')], { scaled: true }),
        verdict('greeting-554', 'broken', 'it left', [], { refersTo: 'quit-before-close' }),
      ]),
      unrun('starttls-strip', "can't use STARTTLS"),
      unrun('crash', 'no port was free', true),
    ]),
    client('swaks', [], { version: null, role: 'submission', unavailable: 'not installed' }),
  ],
  { rfc: 2821, strict: true, seed: null, timeScale: 0.1 },
);

test('a card reads back as it was written', () => {
  expect(readCard(cardJson(CARD), 'card.json')).toEqual(CARD);
});

test('a byte order mark does not hinder', () => {
  expect(readCard(`\ufeff${cardJson(CARD)}`, 'card.json')).toEqual(CARD);
});

test('fields of a newer writer are let through', () => {
  const json = cardJson(CARD).replace('"rfc": 2821', '"rfc": 2821, "later": true');
  expect(readCard(json, 'card.json')).toMatchObject({ later: true, rfc: 2821 });
});

test('the form: one verdict per line', () => {
  const small = card([client('a', [ran('one', [verdict('mail-syntax', 'pass', 'both were right')])])]);
  expect(cardJson(small)).toBe(`\
{
 "schemaVersion": 1,
 "writtenBy": "smtp-gauntlet 0.1.0",
 "startedAt": "2004-02-18T09:52:07.000Z",
 "rfc": 5321,
 "strict": false,
 "seed": 7,
 "timeScale": 1,
 "clients": [
  {
   "name": "a",
   "version": "1.0",
   "role": "mta",
   "trials": [
    {
     "scenario": "one",
     "title": "About one",
     "ran": true,
     "end": "client-finished",
     "durationMs": 1500,
     "aims": [],
     "judgement": {
      "verdicts": [
       {"obligation":"mail-syntax","verdict":"pass","level":"MUST","reason":"Both were right.","evidence":[]}
      ],
      "expectations": [],
      "unjudged": []
     },
     "recordFolder": null
    }
   ]
  }
 ]
}
`);
});

/** The card with one thing changed, as a careless program would. */
function changed(change: (json: { [field: string]: unknown; clients: unknown[] }) => void): string {
  const json = JSON.parse(cardJson(CARD)) as { [field: string]: unknown; clients: unknown[] };
  change(json);
  return JSON.stringify(json);
}

const firstTrial = (json: { clients: unknown[] }): Record<string, unknown> =>
  (json.clients[0] as { trials: Record<string, unknown>[] }).trials[0] ?? {};

test.each<[string, string, string]>([
  ['cut short', cardJson(CARD).slice(0, 100), 'is not JSON: cut short, or damaged'],
  ['a list', '[]', 'is no report card of smtp-gauntlet: it has no clients'],
  [
    'of a newer version',
    changed((json) => (json['schemaVersion'] = 2)),
    'report card format 2, and this version reads 1: a newer smtp-gauntlet is needed',
  ],
  ['with a made-up RFC', changed((json) => (json['rfc'] = 822)), 'rfc should be 2821 or 5321'],
  [
    'with a trial that neither ran nor did not',
    changed((json) => delete firstTrial(json)['ran']),
    'clients[0].trials[0].ran should be true or false',
  ],
  [
    'with a trial without judgement',
    changed((json) => delete firstTrial(json)['judgement']),
    'clients[0].trials[0].judgement should be an object',
  ],
  [
    'with a verdict that there is none',
    cardJson(CARD).replace('"verdict":"fail"', '"verdict":"awful"'),
    'verdict should be one of pass, fail, warn, inconclusive, not-applicable, observed',
  ],
  [
    'with one client twice',
    changed((json) => json.clients.push(json.clients[0])),
    'there are two clients named "postfix"',
  ],
  [
    'with one trial twice',
    changed((json) => (json.clients[0] as { trials: unknown[] }).trials.push(firstTrial(json))),
    'postfix has two trials of "mail-550"',
  ],
])('%s is refused with what is wrong', (_, json, message) => {
  const read = (): ReportCard => readCard(json, 'card.json');
  expect(read).toThrow(RecordError);
  expect(read).toThrow(message);
});
