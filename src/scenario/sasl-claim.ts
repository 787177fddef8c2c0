// Who a client says it is in a SASL exchange, as far as its responses show: for the `user` matcher of rules that play the
// exchange themselves. Proves nothing; credentials are the shell's business (RFC 4616, 2195, 7628).

/**
 * @param mechanism upper case
 * @param response base64 as received: the initial one, or the first that follows a challenge
 * @returns null for a mechanism whose responses name nobody
 */
export function claimedUser(mechanism: string, response: string): string | null {
  const text = Buffer.from(response, 'base64').toString('latin1');
  switch (mechanism) {
    case 'PLAIN':
      // RFC 4616 2: authzid NUL authcid NUL passwd.
      return text.split('\0')[1] ?? '';
    case 'LOGIN':
    case 'EXTERNAL':
      return text;
    case 'CRAM-MD5':
      // RFC 2195 2: the name, a blank, the digest.
      return text.replace(/ [^ ]*$/, '');
    case 'XOAUTH2':
      return /^user=([^\x01]*)/.exec(text)?.[1] ?? '';
    case 'OAUTHBEARER':
      // RFC 7628 3.1: the GS2 header comes first.
      return /^[^,]*,a=([^,]*),/.exec(text)?.[1] ?? '';
    default:
      return null;
  }
}
