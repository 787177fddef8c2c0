// Parameters of MAIL and RCPT: only what was offered (RFC 5321 4.1.1.3, 4.1.1.11), and those of DSN as RFC 3461 has them.
// SIZE is in size.ts; BODY and SMTPUTF8 in eight-bit.ts.

import { keywordsOfParameter } from '../../smtp/extension';
import type { Parameter } from '../../smtp/parameter';
import { broken, pass, perDialogue, referTo, type Check } from '../check';
import type { Exchange } from '../dialogue';
import { isOffered } from '../offer';
import { parametersOf } from '../section';
import type { Finding } from '../verdict';

// --- mail-params-only-if-advertised ------------------------------------------------------------------------------

const mailParamsOnlyIfAdvertised = perDialogue('mail-params-only-if-advertised', (dialogue) => {
  const lines = dialogue.commands.filter(isMailOrRcpt);
  let count = 0;
  const findings: Finding[] = [];
  for (const command of lines) {
    for (const parameter of parametersOf(command)) {
      count += 1;
      if (!isAllowed(command, parameter)) findings.push(unoffered(command, parameter));
    }
  }
  const mail = lines.find(({ verb }) => verb === 'MAIL');
  if (findings.length > 0 || mail === undefined) return findings;
  const many = count === 1 ? 'its only parameter' : `all ${count} parameters`;
  return pass(count === 0 ? 'it used no parameters' : `${many} had been offered`, mail);
});

function isMailOrRcpt({ verb }: Exchange): boolean {
  return verb === 'MAIL' || verb === 'RCPT';
}

/** A parameter that no extension known here defines can only belong to a keyword of its own name. */
function keywordsFor(command: Exchange, parameter: Parameter): readonly string[] {
  const known = keywordsOfParameter(command.verb === 'RCPT' ? 'RCPT' : 'MAIL', parameter);
  if (known.length > 0) return known;
  return parameter.keyword === 'BODY' ? ['8BITMIME', 'BINARYMIME'] : [parameter.keyword];
}

function isAllowed(command: Exchange, parameter: Parameter): boolean {
  return keywordsFor(command, parameter).some((keyword) => isOffered(command, keyword));
}

function unoffered(command: Exchange, parameter: Parameter): Finding {
  const needed = keywordsFor(command, parameter).join(' or ');
  return broken(`${command.verb} came with ${parameter.raw}, but ${needed} was not offered`, command);
}

// --- dsn-params --------------------------------------------------------------------------------------------------

const DSN: Readonly<Record<'MAIL' | 'RCPT', readonly string[]>> = { MAIL: ['RET', 'ENVID'], RCPT: ['NOTIFY', 'ORCPT'] };

/** RFC 3461 4.4 and 4.2. */
const LONGEST_ENVID = 100;
const LONGEST_ORCPT = 500;

/** RFC 3461 4: "+" and two hexadecimal digits for what cannot stand by itself. */
const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/;

const dsnParams = perDialogue(
  'dsn-params',
  (dialogue) => {
    const findings: Finding[] = [];
    let first: Exchange | null = null;
    let count = 0;
    for (const command of dialogue.commands.filter(isMailOrRcpt)) {
      const own = DSN[command.verb === 'RCPT' ? 'RCPT' : 'MAIL'];
      const used = parametersOf(command).filter(({ keyword }) => own.includes(keyword));
      if (used.length === 0) continue;
      first ??= command;
      count += used.length;
      findings.push(...judgeDsn(command, used));
    }
    if (findings.length > 0 || first === null) return findings;
    return pass(`its DSN parameters, ${count} in all, are as RFC 3461 has them`, first);
  },
  // Whatever we do, the values are the client's own.
  { despite: 'all' },
);

function judgeDsn(command: Exchange, used: readonly Parameter[]): readonly Finding[] {
  const seen = new Set<string>();
  return used.flatMap((parameter) => {
    const { keyword, raw } = parameter;
    const twice = seen.has(keyword);
    seen.add(keyword);
    const fault = faultOf(parameter);
    if (fault !== null) return [broken(`${raw} ${fault}`, command)];
    if (twice) return [broken(`${keyword} came more than once in one ${command.verb}`, command)];
    return isAllowed(command, parameter)
      ? []
      : [referTo('mail-params-only-if-advertised', unoffered(command, parameter))];
  });
}

/** What is wrong with a value, as an end of a sentence; null when nothing is. */
function faultOf({ keyword, value }: Parameter): string | null {
  const given = value ?? '';
  switch (keyword) {
    case 'RET':
      return /^(?:FULL|HDRS)$/i.test(given) ? null : 'is neither FULL nor HDRS';
    case 'ENVID':
      if (given.length > LONGEST_ENVID) return `has ${given.length} characters, of which ${LONGEST_ENVID} are allowed`;
      return given !== '' && XTEXT.test(given) ? null : 'is no xtext';
    case 'NOTIFY':
      return notifyFault(given.toUpperCase().split(','));
    default: {
      const [type = '', address] = given.split(/;(.*)/s);
      if (given.length > LONGEST_ORCPT) return `has ${given.length} characters, of which ${LONGEST_ORCPT} are allowed`;
      if (address === undefined || !/^[\w!#$%&'*+/?^`{|}~.-]+$/.test(type))
        return 'has no address type before a semicolon';
      return XTEXT.test(address) ? null : 'has an address that is no xtext';
    }
  }
}

function notifyFault(wishes: readonly string[]): string | null {
  const unknown = wishes.find((wish) => !['NEVER', 'SUCCESS', 'FAILURE', 'DELAY'].includes(wish));
  if (unknown !== undefined) return `asks for "${unknown}", which there is not`;
  return wishes.includes('NEVER') && wishes.length > 1 ? 'has NEVER beside other wishes' : null;
}

export const parameterChecks: readonly Check[] = [mailParamsOnlyIfAdvertised, dsnParams];
