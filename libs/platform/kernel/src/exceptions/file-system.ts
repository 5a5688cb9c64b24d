import { AppException, type ExceptionIdentity, type ExceptionOptions } from '../app-exception.js';

/** Files could not be read or written. */
export class FileSystemError extends AppException {
  constructor(
    message = 'A file operation failed',
    options: ExceptionOptions = {},
    identity: ExceptionIdentity = { code: 'FILE_SYSTEM.FAILURE', category: 'file_system' },
  ) {
    super(identity, message, options);
  }
}

/** The file does not exist. */
export class FileNotFoundError extends FileSystemError {
  constructor(message = 'The file does not exist', options: ExceptionOptions = {}) {
    super(message, options, { code: 'FILE_SYSTEM.NOT_FOUND', category: 'file_system', kind: 'not_found' });
  }
}

/** The file may not be accessed. */
export class FilePermissionError extends FileSystemError {
  constructor(message = 'The file may not be accessed', options: ExceptionOptions = {}) {
    super(message, options, { code: 'FILE_SYSTEM.PERMISSION_DENIED', category: 'file_system' });
  }
}

/** There is no space left. */
export class DiskSpaceError extends FileSystemError {
  constructor(message = 'There is no space left', options: ExceptionOptions = {}) {
    super(message, options, {
      code: 'FILE_SYSTEM.DISK_FULL',
      category: 'file_system',
      kind: 'unavailable',
      severity: 'critical',
    });
  }
}

/** The file is damaged. */
export class FileCorruptedError extends FileSystemError {
  constructor(message = 'The file is damaged', options: ExceptionOptions = {}) {
    super(message, options, { code: 'FILE_SYSTEM.CORRUPTED', category: 'file_system' });
  }
}
