// Keeps passwords off the disk: the scenario as it stands in a trial record, and what clients said of their outcomes, which
// may quote a reply that quoted an AUTH line. Used by trial.ts.

import type { ReportedOutcome } from '../wire/trial-record';
import type { Scenario, Submission } from '../scenario/scenario';

const MASK = '********';
/** Less than this would hide ordinary letters of a text. */
const SHORTEST = 4;

/** The same scenario, each password replaced: how long it is says nothing either. */
export function withoutPasswords(scenario: Scenario): Scenario {
  return {
    ...scenario,
    servers: scenario.servers.map((server) => ({
      ...server,
      auth: { ...server.auth, users: server.auth.users === null ? null : masked(server.auth.users) },
    })),
    submit: scenario.submit.map((submission) =>
      submission.auth === null ? submission : { ...submission, auth: { ...submission.auth, password: MASK } },
    ),
  };
}

function masked(users: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.keys(users).map((user) => [user, MASK]));
}

/** Also in the form that PLAIN and LOGIN give them on the wire (RFC 4616 2). */
export function withoutQuotedPasswords(
  outcomes: readonly ReportedOutcome[],
  submissions: readonly Submission[],
): readonly ReportedOutcome[] {
  const secrets = submissions
    .flatMap(({ auth }) => (auth === null ? [] : [auth.password, ...wireForms(auth.user, auth.password)]))
    .filter((secret) => secret.length >= SHORTEST);
  return outcomes.map((outcome) => {
    const text = secrets.reduce((shown, secret) => shown.replaceAll(secret, MASK), outcome.text);
    return text === outcome.text ? outcome : { ...outcome, text };
  });
}

function wireForms(user: string, password: string): readonly string[] {
  return [password, `\0${user}\0${password}`, `${user}\0${user}\0${password}`].map((text) =>
    Buffer.from(text, 'utf8').toString('base64'),
  );
}
