// A negative answer: its word, a code, and a reason in both languages. The words are those of the server.

export class NotVerified extends Error {
  constructor(verdict, ja, en) {
    super(en);
    this.verdict = verdict;
    this.reason = { ja, en };
    this.content = null;
    this.evidence = null;
  }
}

export const malformed = (ja, en) => new NotVerified("malformed", ja, en);
export const unsupported = (ja, en) => new NotVerified("unsupported", ja, en);
export const invalid = (ja, en) => new NotVerified("invalid", ja, en);
export const untrusted = (ja, en) => new NotVerified("untrusted", ja, en);
export const expired = (ja, en) => new NotVerified("expired", ja, en);
export const revoked = () =>
  new NotVerified("revoked", "発行者が失効させました", "Its issuer has revoked it");

export const withdrawn = () =>
  new NotVerified("revoked", "署名した鍵が無効にされています", "The key that signed it has been withdrawn");

export const signerRevoked = () =>
  new NotVerified("revoked", "署名者の証明書が失効しています", "The certificate of its signer is revoked");

/** The value, or the NotVerified that `refusal` makes of whatever went wrong. */
export function attempt(action, refusal) {
  try {
    return action();
  } catch (error) {
    if (error instanceof NotVerified) throw error;
    throw refusal(error);
  }
}
