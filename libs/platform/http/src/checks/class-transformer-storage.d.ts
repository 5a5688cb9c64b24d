/** Where class-transformer keeps what its decorators say; its own types leave it out. */
declare module 'class-transformer/cjs/storage.js' {
  import type { TransformationType, TypeMetadata } from 'class-transformer';

  type Target = new (...args: never[]) => object;

  export const defaultMetadataStorage: {
    findTypeMetadata(target: Target, property: string): TypeMetadata | undefined;
    findTransformMetadatas(target: Target, property: string, type: TransformationType): unknown[];
    getExcludedMetadatas(target: Target): unknown[];
    getExposedMetadatas(target: Target): unknown[];
  };
}
