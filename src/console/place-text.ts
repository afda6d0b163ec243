import type { ChargePointSettings } from './model.ts';

/** What a form holds of how people know a charge point. */
export interface PlaceText {
  readonly displayName: string;
  readonly bay: string;
  readonly address: string;
  readonly latitude: string;
  readonly longitude: string;
  /** With commas between. */
  readonly tags: string;
}

export function placeText(settings: ChargePointSettings | null): PlaceText {
  const { displayName, place, tags = [] } = settings ?? {};
  return {
    displayName: displayName ?? '',
    bay: place?.bay ?? '',
    address: place?.address ?? '',
    latitude: place?.coordinates?.latitude.toString() ?? '',
    longitude: place?.coordinates?.longitude.toString() ?? '',
    tags: tags.join(', '),
  };
}

/**
 * Returns the members of an update; half of the coordinates goes as it is, for the API to say what is
 * missing.
 */
export function placeBody({ displayName, bay, address, latitude, longitude, tags }: PlaceText) {
  const coordinates =
    latitude === '' && longitude === ''
      ? null
      : {
          ...(latitude !== '' && { latitude: Number(latitude) }),
          ...(longitude !== '' && { longitude: Number(longitude) }),
        };
  const words = tags.split(',').map((tag) => tag.trim());
  return {
    displayName: displayName.trim() || null,
    place: { bay: bay.trim() || null, address: address.trim() || null, coordinates },
    tags: [...new Set(words.filter((tag) => tag !== ''))],
  };
}
