/** For Jest under mutation: of what a spec imports only the file beside it counts, so that each rule is judged by its own spec, and quickly. */
module.exports = {
  extract: (_code, file) =>
    new Set(file.endsWith('.spec.ts') ? [file.replace(/^.*[\\/]/, './').replace('.spec.ts', '.js')] : []),
  getCacheKey: () => 'spec-beside',
};
