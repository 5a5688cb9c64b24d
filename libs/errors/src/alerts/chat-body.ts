import type { AlertCall, AlertEvent } from './alert-call.js';

const WORDS: Record<AlertEvent, string> = {
  new: 'A new error',
  regressed: 'A resolved error is back',
  rate: 'An error comes often',
};

/** One message for people, as incoming webhooks of Slack, Mattermost, Rocket.Chat and Google Chat take it. */
export function chatBody({ event, alert, group, groupUrl }: AlertCall): object {
  const { severity, service, title } = group;
  return {
    text: `${WORDS[event]} (${quoted(alert.name)}, ${severity}) in ${quoted(service)}: ${quoted(title)} ${groupUrl}`,
  };
}

/** Whoever reports errors chooses these words: between backticks, and without what begins a link or calls people, they are only words. */
function quoted(words: string): string {
  return `\`${words.replace(/\s+/g, ' ').replaceAll('`', "'").replaceAll('<', '‹').replaceAll('>', '›')}\``;
}
