import type { JsonObject } from '../../tasks/task.js';

/** What a template may speak of. */
export interface PromptValues {
  readonly taskDescription: string | null;
  readonly parameters: JsonObject;
}

const PLACEHOLDER = /\{\{\s*(taskDescription|parameters(?:\.[\w-]+)*)\s*\}\}/g;

/**
 * Fills the placeholders of a template: `{{taskDescription}}`, `{{parameters}}`, `{{parameters.a.b}}`. What is filled in is not
 * looked at again, so that a value cannot ask for others. Values that are no text become JSON.
 *
 * @returns the prompt, and the placeholders that nothing was given for
 */
export function renderPrompt(template: string, values: PromptValues): { prompt: string; missing: readonly string[] } {
  const missing: string[] = [];
  const prompt = template.replaceAll(PLACEHOLDER, (_whole, name: string) => {
    const value = name === 'taskDescription' ? (values.taskDescription ?? undefined) : find(values.parameters, name);
    if (value === undefined) missing.push(name);
    return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  });
  return { prompt, missing };
}

function find(parameters: JsonObject, name: string): unknown {
  let at: unknown = parameters;
  for (const key of name.split('.').slice(1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Record<string, unknown>)[key];
  }
  return at;
}
