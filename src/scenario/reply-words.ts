// What to say for a bare `reply: 550` when neither the rule nor the persona has words for that code: the wording of
// RFC 5321 4.2.3 and of the extensions' RFCs, in short; any other code speaks for its class.

const WORDS: Readonly<Record<number, string>> = {
  211: 'System status',
  214: 'Help message',
  220: '{hostname} Service ready',
  221: '{hostname} Service closing transmission channel',
  235: 'Authentication succeeded',
  250: 'OK',
  251: 'User not local; will forward',
  252: 'Cannot VRFY user, but will accept message and attempt delivery',
  354: 'Start mail input; end with <CRLF>.<CRLF>',
  421: '{hostname} Service not available, closing transmission channel',
  432: 'A password transition is needed',
  450: 'Requested mail action not taken: mailbox unavailable',
  451: 'Requested action aborted: local error in processing',
  452: 'Requested action not taken: insufficient system storage',
  454: 'Temporary authentication failure',
  455: 'Server unable to accommodate parameters',
  500: 'Syntax error, command unrecognized',
  501: 'Syntax error in parameters or arguments',
  502: 'Command not implemented',
  503: 'Bad sequence of commands',
  504: 'Command parameter not implemented',
  521: 'Server does not accept mail',
  530: 'Authentication required',
  534: 'Authentication mechanism is too weak',
  535: 'Authentication credentials invalid',
  538: 'Encryption required for requested authentication mechanism',
  550: 'Requested action not taken: mailbox unavailable',
  551: 'User not local',
  552: 'Requested mail action aborted: exceeded storage allocation',
  553: 'Requested action not taken: mailbox name not allowed',
  554: 'Transaction failed',
  555: 'MAIL FROM/RCPT TO parameters not recognized or not implemented',
  556: 'Domain does not accept mail',
};

const CLASSES: Readonly<Record<string, string>> = {
  2: 'OK',
  3: 'Go on',
  4: 'Try again later',
  5: 'Refused',
};

/** @returns one line with its code, template names allowed */
export function wordsForCode(code: number): string {
  return `${code} ${WORDS[code] ?? CLASSES[String(code).charAt(0)] ?? 'Noted'}`;
}
