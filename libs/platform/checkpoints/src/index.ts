export { type ChainHead, Chains } from './chains.js';
export { type Checkpoint, parseCheckpoint, textForLog } from './checkpoint.js';
export { type CheckpointFault, CheckpointService } from './checkpoint.service.js';
export { CheckpointsModule } from './checkpoints.module.js';
