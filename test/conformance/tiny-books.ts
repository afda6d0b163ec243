type Json = Record<string, unknown>;

/**
 * What a Central System learns from the answers to its CALLs, and from what charge points tell later: just
 * enough for the cases.
 */
export class TinyBooks {
  #configuration: Json[] = [];
  #held: Json | null = null;
  #entries = new Set<unknown>();
  readonly #jobs: { [kind: string]: Json[] } = { firmware: [], diagnostics: [] };
  readonly #reservations = new Map<number, Json>();
  #profiles: Json[] = [];
  #reported: Json | null = null;

  /** The charge point answered an operator's CALL. */
  answered(action: string, request: Json, answer: Json): void {
    switch (action) {
      case 'GetConfiguration':
        this.#configuration = (answer.configurationKey as Json[]).map(({ key, value = null, readonly }) => ({
          key,
          value,
          readonly,
        }));
        break;
      case 'GetLocalListVersion':
        this.#toldVersion(Number(answer.listVersion));
        break;
      case 'SendLocalList':
        this.#sentList(request, answer.status);
        break;
      case 'UpdateFirmware':
        this.#jobs.firmware?.unshift({ state: 'waiting', location: request.location });
        break;
      case 'SignedUpdateFirmware':
        this.#jobs.firmware?.unshift({
          state: 'waiting',
          requestId: request.requestId,
          location: (request.firmware as Json).location,
        });
        break;
      case 'GetLog':
        this.#jobs.diagnostics?.unshift({ state: 'waiting', requestId: request.requestId });
        break;
      case 'GetDiagnostics':
        this.#jobs.diagnostics?.unshift({ state: 'waiting', fileName: answer.fileName });
        break;
      case 'ReserveNow': {
        const { reservationId, ...rest } = request;
        const state = answer.status === 'Accepted' ? 'active' : 'refused';
        this.#reservations.set(Number(reservationId), { ...rest, state, answer: answer.status });
        break;
      }
      case 'CancelReservation':
        this.#endReservation(({ id }) => id === request.reservationId, {
          ending: answer.status === 'Accepted' ? 'cancelled' : 'unknown',
        });
        break;
      case 'SetChargingProfile':
        this.#profiles.push({
          ...(request.csChargingProfiles as Json),
          connectorId: request.connectorId,
        });
        break;
      case 'ClearChargingProfile':
        this.#profiles = this.#profiles.filter((profile) => !isCleared(profile, request));
        break;
      case 'GetCompositeSchedule':
        this.#reported = { ...answer, duration: request.duration, told: answer.chargingSchedule };
        break;
    }
  }

  /** The charge point reported on a job. */
  reported(kind: 'firmware' | 'diagnostics', status: string): void {
    const [job] = this.#jobs[kind] ?? [];
    const isOver = /Failed$|^InvalidSignature$/.test(status) ? 'failed' : 'succeeded';
    const goesOn = /^(Downloading|Downloaded|SignatureVerified|Installing|InstallRebooting|Uploading)$/.test(
      status,
    );
    if (job && status !== 'Idle') Object.assign(job, { status, state: goesOn ? 'running' : isOver });
  }

  started(transactionId: number, { reservationId, idTag }: Json): void {
    const used = { ending: 'used', transactionId };
    if (reservationId !== undefined) this.#endReservation(({ id }) => id === reservationId, used);
    else this.#endReservation((held) => held.idTag === idTag, used);
  }

  /** The API's answer to a GET below a charge point; undefined where there is no such resource. */
  ofChargePoint(resource: string): Json | undefined {
    switch (resource) {
      case 'firmware-jobs':
        return { items: this.#jobs.firmware };
      case 'diagnostics-jobs':
        return { items: this.#jobs.diagnostics };
      case 'local-list':
        return { held: this.#held };
      case 'configuration':
        return { items: this.#configuration };
      case 'charging-profiles':
        return { items: this.#profiles };
      case 'composite-schedule':
        return { reported: this.#reported };
      default:
        return undefined;
    }
  }

  reservation(id: number): Json | undefined {
    return this.#reservations.get(id);
  }

  #toldVersion(listVersion: number): void {
    if (listVersion <= 0) this.#entries.clear();
    this.#held = { ...this.#held, supported: listVersion >= 0 };
    if (listVersion === 0) this.#held = { ...this.#held, listVersion, entryCount: 0 };
  }

  #sentList({ listVersion, updateType, localAuthorizationList }: Json, status: unknown): void {
    const { listVersion: before = null } = this.#held ?? {};
    this.#held = { ...this.#held, listVersion: before, lastAnswer: { listVersion, status } };
    if (status === 'NotSupported') this.#held.supported = false;
    if (status !== 'Accepted') return;
    if (updateType === 'Full') this.#entries.clear();
    for (const { idTag } of localAuthorizationList as Json[]) this.#entries.add(idTag);
    Object.assign(this.#held, { supported: true, listVersion, entryCount: this.#entries.size });
  }

  #endReservation(which: (held: Json) => boolean, how: Json): void {
    for (const [id, held] of this.#reservations) {
      if (held.state === 'active' && which({ id, ...held })) Object.assign(held, how, { state: 'ended' });
    }
  }
}

function isCleared(profile: Json, { id, ...criteria }: Json): boolean {
  if (id !== undefined) return profile.chargingProfileId === id;
  return Object.entries(criteria).every(([name, value]) => profile[name] === value);
}
