// Leave to send: mail data only after 354, none after a refusal, none on the strength of a 250 to DATA.
// RFC 5321 3.3. One act is judged once: data that came before a refusal is the refusal check's, before a 354 this one's.

import { broken, inconclusive, pass, perDialogue, perExchange, referTo, warned, type Check } from '../check';
import { afterwards, dataBehind } from '../data-behind';
import type { Exchange } from '../dialogue';
import type { Finding } from '../verdict';
import { stayedQuiet } from '../waiting';

const noContentBefore354 = perExchange(
  'no-content-before-354',
  ['DATA'],
  (data, dialogue) => {
    const sent = dataBehind(dialogue, data);
    if (sent?.early === true) {
      const found = broken(`${sent.amount} came before the reply to DATA`, sent.shown, data);
      const refused = data.reply?.digit === 4 || data.reply?.digit === 5;
      return refused ? referTo('no-content-after-data-refused', found) : found;
    }
    if (stayedQuiet(dialogue, data)) return pass('it stayed quiet until the held reply to DATA', data);
    if (data.reply === null) return null;
    return inconclusive('the reply to DATA was not held back, so waiting for it shows nothing', data);
  },
  // Silence is no leave to send, either.
  { despite: ['no-reply'], oneProofSuffices: true },
);

const noContentAfterDataRefused = perExchange('no-content-after-data-refused', ['DATA'], (data, dialogue) => {
  const { reply } = data;
  if (reply?.digit !== 4 && reply?.digit !== 5) return null;
  const sent = dataBehind(dialogue, data);
  if (sent !== null) return broken(`${sent.amount} came although DATA was refused`, sent.shown, reply);
  return afterwards(dialogue, data, 'the refusal of DATA');
});

const data2xxIsNot354 = perExchange('data-2xx-is-not-354', ['DATA'], (data, dialogue) => {
  const { reply } = data;
  if (reply?.digit !== 2) return null;
  const sent = dataBehind(dialogue, data);
  if (sent?.early === true) return inconclusive('the mail data came before the reply, whatever it was', sent.shown);
  if (sent !== null) return broken(`${sent.amount} came on the strength of ${reply.code}`, sent.shown, reply);
  return afterwards(dialogue, data, `the ${reply.code} to DATA`);
});

// --- pipeline-data-refused ---------------------------------------------------------------------------------------

const pipelineDataRefused = perExchange('pipeline-data-refused', ['DATA'], (data, dialogue) => {
  const { reply, outstanding } = data;
  const isGrouped = outstanding.state === 'early' && outstanding.allowed;
  if (!isGrouped || (reply?.digit !== 4 && reply?.digit !== 5)) return null;
  const sent = dataBehind(dialogue, data);
  if (sent === null) return afterwards(dialogue, data, 'the refusal of the grouped DATA');
  const found = broken(`${sent.amount} came although the grouped DATA was refused`, sent.shown, reply);
  return referTo('no-content-after-data-refused', found);
});

// --- data-no-args ------------------------------------------------------------------------------------------------

const dataNoArgs = perDialogue(
  'data-no-args',
  (dialogue) => {
    const bare = dialogue.commands.filter(({ verb }) => verb === 'DATA' || verb === 'RSET' || verb === 'QUIT');
    const findings = bare.flatMap((command) => withArgument(command) ?? []);
    const [first] = bare;
    return findings.length > 0 || first === undefined ? findings : pass(`${first.verb} stood alone`, first);
  },
  { despite: 'all' },
);

function withArgument(command: Exchange): Finding | null {
  const { deviations, argument, verb } = command.parsed;
  if (deviations.some(({ what }) => what === 'unexpected-argument')) {
    return broken(`${verb} came with "${argument}" behind it`, command);
  }
  if (!deviations.some(({ what }) => what === 'trailing-blank')) return null;
  return referTo('command-crlf', warned(`a blank stood behind ${verb}`, command));
}

export const contentSendingChecks: readonly Check[] = [
  noContentBefore354,
  noContentAfterDataRefused,
  data2xxIsNot354,
  pipelineDataRefused,
  dataNoArgs,
];
