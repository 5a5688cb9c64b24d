import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ApiProblems, CursorCodec, PageQueryDto, RequestExample, UuidParamPipe, Locates } from '#platform/http';
import { AsKeyedRequest, type KeyedRequest, TakesIdempotencyKey } from '#platform/idempotency';
import { pageOf } from '#platform/kernel';
import { Roles } from '#platform/security';
import { AlertRegistryService } from './alert-registry.service.js';
import {
  CreatedErrorAlertDto,
  CreateErrorAlertDto,
  ErrorAlertDeliveryPageDto,
  ErrorAlertDto,
  ErrorAlertPageDto,
  toErrorAlertDeliveryDto,
  toErrorAlertDto,
} from './error-alert.dto.js';

const LIST = 'errors.alerts';

/** Webhooks that are called when something happens to a group. */
@ApiTags('errors')
@Roles('ADMIN')
@Controller('errors/alerts')
export class ErrorAlertsController {
  constructor(
    private readonly alerts: AlertRegistryService,
    private readonly cursors: CursorCodec,
  ) {}

  @Post()
  @RequestExample({ name: 'grave and new', event: 'new', severity: 'high', url: 'https://hooks.example.com/errors' })
  @ApiOperation({ operationId: 'createErrorAlert', summary: 'Make an alert; the answer shows its secret, once' })
  @Locates('errors/alerts/{id}')
  @ApiResponse({ status: 201, type: CreatedErrorAlertDto })
  @TakesIdempotencyKey()
  @ApiProblems(400, 401, 403, 409, 422, 429)
  createErrorAlert(
    @Body() body: CreateErrorAlertDto,
    @AsKeyedRequest() request: KeyedRequest,
  ): Promise<CreatedErrorAlertDto> {
    return this.alerts.create(request, body, (alert, secret) => ({ ...toErrorAlertDto(alert), secret }));
  }

  @Get()
  @ApiOperation({ operationId: 'listErrorAlerts', summary: 'Alerts in the order they were made' })
  @ApiResponse({ status: 200, type: ErrorAlertPageDto })
  @ApiProblems(400, 401, 403, 422, 429)
  async listErrorAlerts(@Query() { limit, cursor }: PageQueryDto): Promise<ErrorAlertPageDto> {
    const after = this.cursors.decode(LIST, cursor)?.[0] as string | undefined;
    const page = pageOf(await this.alerts.list(limit + 1, after), limit, ({ id }) => this.cursors.encode(LIST, [id]));
    return { ...page, items: page.items.map(toErrorAlertDto) };
  }

  @Get(':alertId')
  @ApiOperation({ operationId: 'getErrorAlert', summary: 'One alert' })
  @ApiResponse({ status: 200, type: ErrorAlertDto })
  @ApiProblems(400, 401, 403, 404, 429)
  async getErrorAlert(@Param('alertId', UuidParamPipe) alertId: string): Promise<ErrorAlertDto> {
    return toErrorAlertDto(await this.alerts.get(alertId));
  }

  @Delete(':alertId')
  @HttpCode(HttpStatus.NO_CONTENT)
  @ApiOperation({ operationId: 'deleteErrorAlert', summary: 'Remove an alert and its calls' })
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiProblems(400, 401, 403, 404, 429)
  async deleteErrorAlert(@Param('alertId', UuidParamPipe) alertId: string): Promise<void> {
    await this.alerts.remove(alertId);
  }

  @Get(':alertId/deliveries')
  @ApiOperation({ operationId: 'listErrorAlertDeliveries', summary: 'Calls of an alert, newest first' })
  @ApiResponse({ status: 200, type: ErrorAlertDeliveryPageDto })
  @ApiProblems(400, 401, 403, 404, 422, 429)
  async listErrorAlertDeliveries(
    @Param('alertId', UuidParamPipe) alertId: string,
    @Query() { limit, cursor }: PageQueryDto,
  ): Promise<ErrorAlertDeliveryPageDto> {
    const list = `${LIST}.${alertId}`;
    const before = this.cursors.decode(list, cursor)?.[0] as string | undefined;
    const rows = await this.alerts.deliveriesOf(alertId, limit + 1, before);
    const page = pageOf(rows, limit, ({ id }) => this.cursors.encode(list, [id]));
    return { ...page, items: page.items.map(toErrorAlertDeliveryDto) };
  }
}
