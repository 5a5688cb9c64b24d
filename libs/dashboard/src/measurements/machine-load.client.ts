import { cpus, freemem, totalmem } from 'node:os';
import { Injectable } from '@nestjs/common';

/** How busy the machine is, in percent. */
export interface MachineLoad {
  cpuPercent: number;
  memoryPercent: number;
}

/** Reads the load of the machine since the last reading. */
@Injectable()
export class MachineLoadClient {
  private last = cpuTimes();

  read(): MachineLoad {
    const now = cpuTimes();
    const total = now.total - this.last.total;
    const idle = now.idle - this.last.idle;
    this.last = now;
    return {
      cpuPercent: total > 0 ? 100 * (1 - idle / total) : 0,
      memoryPercent: 100 * (1 - freemem() / totalmem()),
    };
  }
}

function cpuTimes(): { total: number; idle: number } {
  let total = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    total += times.user + times.nice + times.sys + times.idle + times.irq;
    idle += times.idle;
  }
  return { total, idle };
}
