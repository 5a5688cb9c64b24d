import { ApiExtension } from '@nestjs/swagger';

/** Member of an operation under which its example stands until the document is put together. */
export const REQUEST_EXAMPLE = 'x-request-example';

/** The documented example of a request's body; made of the examples of its fields where a route says none. A test sends it. */
export const RequestExample = (example: unknown): MethodDecorator => ApiExtension(REQUEST_EXAMPLE, example);
