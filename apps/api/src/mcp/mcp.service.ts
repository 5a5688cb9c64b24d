import { Injectable } from '@nestjs/common';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { FastifyRequest } from 'fastify';
import { AppLogger, VERSION } from '#platform/observability';
import { includesRole, type Principal } from '#platform/security';
import { faultOf, MCP_TOOLS, type McpTool } from './mcp-tools.js';
import { RouteCaller } from './route-caller.js';

const BOTH_TYPES = 'application/json, text/event-stream';

/** Loaded with the first request: most processes never have one. */
const loadSdk = async () => ({
  ...(await import('@modelcontextprotocol/sdk/server/index.js')),
  ...(await import('@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js')),
  ...(await import('@modelcontextprotocol/sdk/types.js')),
});
type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/** The Model Context Protocol over streamable HTTP, without sessions, so that each replica answers each request. */
@Injectable()
export class McpService {
  constructor(
    private readonly routes: RouteCaller,
    private readonly logger: AppLogger,
  ) {}

  /** Answers one JSON-RPC message, or a batch of them. */
  async answer(request: FastifyRequest, principal: Principal): Promise<Response> {
    const sdk = await loadSdk();
    const server = this.serverFor(sdk, request, principal);
    const transport = new sdk.WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await server.connect(transport);
    try {
      const headers = new Headers();
      for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
      // The answer is one document of JSON. Clients that take that need not take streams too, although the transport asks for both.
      if (/application\/(?:json|\*)|\*\/\*/i.test(headers.get('accept') ?? '*/*')) headers.set('accept', BOTH_TYPES);
      return await transport.handleRequest(new Request('http://mcp/', { method: 'POST', headers }), {
        parsedBody: withoutNullArguments(request.body),
      });
    } finally {
      await server.close();
    }
  }

  private serverFor(sdk: Sdk, request: FastifyRequest, principal: Principal): Server {
    const { CallToolRequestSchema, ErrorCode, ListToolsRequestSchema, McpError } = sdk;
    const server = new sdk.Server({ name: 'devskyy', version: VERSION }, { capabilities: { tools: {} } });
    const visible = MCP_TOOLS.filter(({ role }) => includesRole(principal.role, role));
    server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: visible.map(toTool) }));
    server.setRequestHandler(CallToolRequestSchema, async ({ params }): Promise<CallToolResult> => {
      const tool = MCP_TOOLS.find(({ name }) => name === params.name);
      if (!tool) throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}`);
      try {
        return await this.run(tool, params.arguments ?? {}, request, principal);
      } catch (error) {
        // The SDK would tell the client what the exception says.
        this.logger.error(error, 'Mcp');
        throw new McpError(ErrorCode.InternalError, 'The tool could not be run');
      }
    });
    return server;
  }

  private async run(
    tool: McpTool,
    args: Record<string, unknown>,
    request: FastifyRequest,
    { role }: Principal,
  ): Promise<CallToolResult> {
    const fault = faultOf(tool, args);
    if (fault !== undefined) {
      const refusal = includesRole(role, tool.role)
        ? { code: 'MCP.INVALID_ARGUMENTS', detail: fault }
        : { code: 'AUTH.ROLE_REQUIRED', detail: `This needs the role ${tool.role}` };
      return { content: [{ type: 'text', text: JSON.stringify(refusal) }], isError: true };
    }
    const { isSuccess, body } = await this.routes.call(request, tool.call(args));
    // A refusal is a result too: the model reads what was wrong and can do better.
    if (!isSuccess) return { content: [{ type: 'text', text: JSON.stringify(toFault(body)) }], isError: true };
    const answer = tool.trim ? tool.trim(body as Record<string, unknown>) : body;
    return { content: [{ type: 'text', text: JSON.stringify(answer) }] };
  }
}

/** Some clients write `null` for no arguments, which the SDK refuses. */
function withoutNullArguments(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(withoutNullArguments);
  const { params } = (body ?? {}) as { params?: unknown };
  if (typeof params !== 'object' || params === null || !('arguments' in params) || params.arguments !== null)
    return body;
  return { ...(body as object), params: { ...params, arguments: {} } };
}

function toTool({ name, description, properties, required, isReadOnly }: McpTool): Tool {
  return {
    name,
    description,
    inputSchema: {
      type: 'object',
      properties: { ...properties },
      ...(required.length > 0 && { required: [...required] }),
    },
    ...(isReadOnly && { annotations: { readOnlyHint: true } }),
  };
}

/** Of a problem document, what helps. */
function toFault(problem: unknown): object {
  const { code, detail, errors } = problem as { code?: string; detail?: string; errors?: unknown };
  return { code, detail, ...(errors !== undefined && { errors }) };
}
