// A server of the scenario with its notes.ini variables applied: what a variable says goes before the scenario's policy,
// which goes before the persona's habit. Used by mock-server.ts at the start and at every change. Pure.

import type { PolicyChange } from '../domino/notes-ini';
import { compileServer, type CompiledServer } from '../scenario/compile';
import type { Persona } from '../scenario/persona';
import type { Scenario, ServerConfig } from '../scenario/scenario';

/** Whose words the greeting is, on the record, once SMTPGreeting has replaced it. */
const GREETING_POLICY = 'SMTPGreeting';

/**
 * @param index of the server in the scenario
 * @param change what its variables amount to (`applyNotesIni`)
 * @param options.saves whether accepted messages are saved before the reply
 */
export function configuredServer(
  scenario: Scenario,
  index: number,
  persona: Persona,
  change: PolicyChange,
  options: { readonly saves: boolean },
): CompiledServer {
  const servers = scenario.servers.map((server, at) => (at === index ? changedServer(server, change) : server));
  const greeting = change.greeting ?? null;
  const changed = { ...scenario, servers };
  if (greeting === null) return compileServer(changed, index, persona, options);
  const compiled = compileServer(changed, index, withGreeting(persona, greeting), options);
  return { ...compiled, sources: { ...compiled.sources, greeting: { kind: 'policy', policy: GREETING_POLICY } } };
}

function changedServer(server: ServerConfig, change: PolicyChange): ServerConfig {
  const { policies } = server;
  const { recipients } = policies;
  return {
    ...server,
    lineEndings: change.lineEndings ?? server.lineEndings,
    policies: {
      ...policies,
      errorLimit: given(change.errorLimit, policies.errorLimit),
      idleTimeout: given(change.idleTimeoutMs, policies.idleTimeout),
      recipients: {
        ...recipients,
        max: given(change.maxRecipients, recipients.max),
        // The names are the scenario's; the variables only say whether they are refused.
        ambiguous: change.denyAmbiguous === false ? [] : recipients.ambiguous,
        groups: change.denyGroups === false ? [] : recipients.groups,
      },
    },
  };
}

/** Null is a value here: no limit. */
function given<Value>(changed: Value | undefined, before: Value): Value {
  return changed === undefined ? before : changed;
}

/** `%s` is the date; a brace is an ordinary character in notes.ini. */
function withGreeting(persona: Persona, text: string): Persona {
  const line = `220 ${text.replaceAll('{', '{{').replaceAll('%s', '{date}')}`;
  const { greeting } = persona.texts;
  return { ...persona, texts: { ...persona.texts, greeting: { ...greeting, lines: [line] } } };
}
