import { renderPrompt } from './prompt.js';

const values = { taskDescription: 'Sum up', parameters: { text: 'a {{parameters.n}} b', n: 3, deep: { list: [1] } } };

describe('renderPrompt', () => {
  it.each([
    ['{{taskDescription}}: {{ parameters.text }}', 'Sum up: a {{parameters.n}} b'],
    ['{{parameters.n}} {{parameters.deep}} {{parameters.deep.list}}', '3 {"list":[1]} [1]'],
    ['{{parameters}}', JSON.stringify(values.parameters)],
    ['$& {{other}} {x}', '$& {{other}} {x}'],
  ])('fills %s', (template, prompt) => {
    expect(renderPrompt(template, values)).toEqual({ prompt, missing: [] });
  });

  it.each(['parameters.none', 'parameters.n.x', 'parameters.constructor', 'parameters.__proto__'])(
    'misses %s',
    (name) => {
      expect(renderPrompt(`{{${name}}}`, values).missing).toEqual([name]);
    },
  );
});
