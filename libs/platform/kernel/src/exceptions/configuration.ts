import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** The operator has to change a setting. */
export class ConfigurationError extends AppException {
  constructor(
    message = 'The service is not configured correctly',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'CONFIGURATION.FAILURE', category: 'configuration', severity: 'critical' },
  ) {
    super(identity, message, options);
  }
}

/** A setting is missing. */
export class MissingConfigurationError extends ConfigurationError {
  constructor(message = 'A setting is missing', options: ExceptionOptions = {}) {
    super(message, options, { code: 'CONFIGURATION.MISSING', category: 'configuration', severity: 'critical' });
  }
}

/** A setting is not valid. */
export class InvalidConfigurationError extends ConfigurationError {
  constructor(message = 'A setting is not valid', options: ExceptionOptions = {}) {
    super(message, options, { code: 'CONFIGURATION.INVALID', category: 'configuration', severity: 'critical' });
  }
}

/** The environment does not support this. */
export class EnvironmentError extends ConfigurationError {
  constructor(message = 'The environment does not support this', options: ExceptionOptions = {}) {
    super(message, options, { code: 'CONFIGURATION.ENVIRONMENT', category: 'configuration', severity: 'critical' });
  }
}
