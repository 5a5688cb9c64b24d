import { domainToASCII } from 'node:url';

/**
 * The form by which e-mail addresses are told apart; two that have the same are one account's. The local part is compared without case,
 * whichever alphabet it is in and however its accents are composed (RFC 6532 §3.1 keeps NFC and not NFKC, which would lose differences that
 * people mean); the domain as its name in the DNS is (RFC 5891, UTS 46), so that `bücher.example` and `xn--bcher-kva.example` are one.
 */
export function emailKey(email: string): string {
  const text = email.trim();
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  // Nothing is no name of the DNS; a domain that cannot be one is compared like the rest.
  return `${foldCase(text.slice(0, at))}@${domainToASCII(domain) || foldCase(domain)}`;
}

/**
 * Addresses without quotes and without characters that are not seen: with them one mailbox has any number of spellings
 * (RFC 5321 §4.1.2), each of which would be an account with limits of its own.
 */
export const PLAIN_ADDRESS = /^[^"\\\p{C}]*$/u;

/** The form by which user names are told apart. */
export function usernameKey(username: string): string {
  return foldCase(username.trim());
}

/**
 * The key of an account from before accounts were told apart by these forms, when another one had its key first: the text it was
 * registered with (docs/adr/0015).
 */
export function formerKey(identifier: string): string {
  return `=${identifier.trim().replace(/[A-Z]/g, (letter) => letter.toLowerCase())}`;
}

/**
 * A text without the differences of case and of composition. Upper case first, as some small letters have the same capital (ß and ss, ſ
 * and s, ς and σ); decomposed before, as Unicode §3.13 (D145) says, and composed at the end.
 */
export function foldCase(text: string): string {
  return text.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}
