import { chatBody } from './chat-body.js';

const call = {
  id: '1',
  event: 'new' as const,
  happenedAt: new Date(0),
  alert: { id: 'a', name: 'Shop' },
  group: {
    id: 'g',
    title: 'TypeError: x',
    culprit: 'f',
    severity: 'critical' as const,
    status: 'open' as const,
    count: 1,
    service: 'shop',
    release: null,
    firstSeen: new Date(0),
    lastSeen: new Date(0),
  },
  groupUrl: 'https://devskyy.example.com/api/v1/errors/g',
};

describe('the message of an alert in a chat', () => {
  it('says what happened, and where to look', () => {
    const text = 'A new error (`Shop`, critical) in `shop`: `TypeError: x` https://devskyy.example.com/api/v1/errors/g';
    expect(chatBody(call)).toEqual({ text });
  });

  it('has no links and calls nobody, whatever an error is called', () => {
    const title = 'x` <!channel> <https://evil.example.com|click>\n# @here';
    const { text } = chatBody({ ...call, group: { ...call.group, title } }) as { text: string };
    expect(text).toContain("`x' ‹!channel› ‹https://evil.example.com|click› # @here`");
  });
});
