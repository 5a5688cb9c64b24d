import { Injectable } from '@nestjs/common';
import { Clock, Ids } from '#platform/kernel';
import { DerivedKeys } from '#platform/security';
import { issueDeviceToken, readDeviceToken } from './device-token.js';
import type { UserWithSecret } from '../identities/user.repository.js';

/** Callers without a known device share one counter for each account. */
const UNTRUSTED = 'untrusted';

type DeviceOwner = Pick<UserWithSecret, 'id' | 'passwordChangedAt'>;

/**
 * Devices that a user logged in from before (OWASP: device cookies). Each has a counter of failed attempts of its own, so
 * that strangers who guess lock out strangers, never the owner.
 */
@Injectable()
export class KnownDeviceService {
  constructor(
    private readonly keys: DerivedKeys,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** The counter that attempts from this device go by. */
  laneOf(user: DeviceOwner | undefined, token: string | undefined): string {
    const device = user && this.read(user, token);
    return device ? `device:${device.deviceId}` : UNTRUSTED;
  }

  /** The token with which this device is known from now on; after a login. */
  tokenFor(user: DeviceOwner, presented: string | undefined): string {
    const deviceId = this.read(user, presented)?.deviceId ?? this.ids.next();
    return issueDeviceToken(
      { userId: user.id, deviceId, issuedAt: this.clock.millis() },
      this.keys.get('device-token'),
    );
  }

  /** A new password makes every device unknown: it may have been chosen because of one of them. */
  private read(user: DeviceOwner, token: string | undefined): { deviceId: string } | undefined {
    const device = token && readDeviceToken(token, this.keys.get('device-token'), this.clock.millis());
    if (!device || device.userId !== user.id) return undefined;
    return device.issuedAt >= (user.passwordChangedAt?.getTime() ?? 0) ? device : undefined;
  }
}
