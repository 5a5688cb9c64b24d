import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** A model could not be used. */
export class MLError extends AppException {
  constructor(
    message = 'The model failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'ML.FAILURE', category: 'ml_model' },
  ) {
    super(identity, message, options);
  }
}

/** There is no such model. */
export class ModelNotFoundError extends MLError {
  constructor(message = 'There is no such model', options: ExceptionOptions = {}) {
    super(message, options, { code: 'ML.MODEL_NOT_FOUND', category: 'ml_model', kind: 'not_found' });
  }
}

/** The model could not be loaded. */
export class ModelLoadError extends MLError {
  constructor(message = 'The model could not be loaded', options: ExceptionOptions = {}) {
    super(message, options, { code: 'ML.MODEL_LOAD_FAILED', category: 'ml_model' });
  }
}

/** The model gave no usable answer. */
export class PredictionError extends MLError {
  constructor(message = 'The model gave no usable answer', options: ExceptionOptions = {}) {
    super(message, options, { code: 'ML.PREDICTION_FAILED', category: 'ml_model' });
  }
}

/** The training failed. */
export class TrainingError extends MLError {
  constructor(message = 'The training failed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'ML.TRAINING_FAILED', category: 'ml_model' });
  }
}

/** The model cannot be used for this. */
export class InvalidModelError extends MLError {
  constructor(message = 'The model cannot be used for this', options: ExceptionOptions = {}) {
    super(message, options, { code: 'ML.INVALID_MODEL', category: 'ml_model', kind: 'invalid' });
  }
}
