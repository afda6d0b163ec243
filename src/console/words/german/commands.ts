import type { Catalogue } from '../language.ts';

/** What is said of commands to a charge point, its configuration, its profiles and its jobs. */
export const commands = {
  Core: 'Core',
  'Remote trigger': 'Remote Trigger',
  Reservation: 'Reservierung',
  'Local list': 'Lokale Liste',
  Firmware: 'Firmware',
  'A StartTransaction should follow once the vehicle is plugged in; with AuthorizeRemoteTxRequests an Authorize before it.':
    'Sobald das Fahrzeug angesteckt ist, sollte StartTransaction folgen; mit AuthorizeRemoteTxRequests davor ein Authorize.',
  'The charge point will not start: look at the status of its connectors.':
    'Die Ladestation startet nicht: Status ihrer Ladepunkte prüfen.',
  'A StopTransaction with the reason Remote should follow.':
    'StopTransaction mit dem Grund Remote sollte folgen.',
  'It does not know this transaction as running.': 'Sie kennt keinen solchen laufenden Ladevorgang.',
  'It stops what it does and restarts: a StopTransaction for each open transaction, then a BootNotification should follow.':
    'Sie bricht alles ab und startet neu: Je laufendem Ladevorgang sollte StopTransaction folgen, dann eine BootNotification.',
  'It goes on as before.': 'Sie macht weiter wie zuvor.',
  'The connector is open. A transaction on it ends with the reason UnlockCommand.':
    'Der Ladepunkt ist entriegelt. Ein Ladevorgang daran endet mit dem Grund UnlockCommand.',
  'The lock did not open: somebody has to go there.': 'Die Verriegelung blieb zu: Jemand muss hinfahren.',
  'This connector has no lock that can be opened from afar, or is unknown.':
    'Dieser Ladepunkt hat keine fernbedienbare Verriegelung oder ist unbekannt.',
  'A StatusNotification should follow.': 'Eine StatusNotification sollte folgen.',
  'It will change when the transaction on it has ended.': 'Es ändert sich, wenn der Ladevorgang daran endet.',
  'The new value holds now.': 'Der neue Wert gilt ab sofort.',
  'The new value holds after a Reset.': 'Der neue Wert gilt nach einem Reset.',
  'It has no such key.': 'Sie hat keinen solchen Schlüssel.',
  'It has the key but refuses this value, or the key is read-only.':
    'Sie hat den Schlüssel, lehnt aber diesen Wert ab, oder der Schlüssel ist nur lesbar.',
  'The message asked for should follow; it appears in the timeline.':
    'Die angeforderte Nachricht sollte folgen; sie erscheint im Verlauf.',
  'The connector is held; a StatusNotification with Reserved should follow.':
    'Der Ladepunkt wird freigehalten; eine StatusNotification mit Reserved sollte folgen.',
  'FirmwareStatusNotification messages show how it goes.':
    'FirmwareStatusNotification zeigt den Fortschritt.',
  'DiagnosticsStatusNotification messages show how the upload goes.':
    'DiagnosticsStatusNotification zeigt den Fortschritt des Hochladens.',
  'LogStatusNotification messages show how the upload goes.':
    'LogStatusNotification zeigt den Fortschritt des Hochladens.',
  'It charges by it from now on; GetCompositeSchedule shows what it makes of it.':
    'Ab jetzt wird danach geladen; GetCompositeSchedule zeigt, was die Ladestation daraus macht.',
  'A hard reset cuts off whoever is charging and may lose what was not sent yet.':
    'Ein harter Reset bricht laufende Ladevorgänge ab; noch nicht Gesendetes kann verloren gehen.',
  'It will be out of service while it installs, and may not come back from a bad image.':
    'Während der Installation ist sie außer Betrieb; nach einem schlechten Image kommt sie vielleicht nicht zurück.',
  'Without its root certificate it may not be able to connect again.':
    'Ohne ihr Wurzelzertifikat kann sie sich vielleicht nicht mehr verbinden.',
  'With a wrong value it cannot connect again.':
    'Mit einem falschen Wert kann sie sich nicht mehr verbinden.',
  '{missing} is missing.': '{missing} fehlt.',
  'This is not JSON.': 'Das ist kein JSON.',
  'Payload, as it will be sent': 'Payload, wie sie gesendet wird',
  'Waiting for the answer…': 'Wartet auf die Antwort …',
  'Send {name}': '{name} senden',
  'Sending commands takes the role operator.': 'Befehle erfordern die Rolle operator.',
  'Send {name} to {id}?': '{name} an {id} senden?',
  'Do not send': 'Nicht senden',
  'Send {name} to {id}': '{name} an {id} senden',
  'A payload is an object.': 'Eine Payload ist ein Objekt.',
  'the commands': 'die Befehle',
  'There is no command {name}.': 'Den Befehl {name} gibt es nicht.',
  'Not connected: it cannot be sent now.': 'Nicht verbunden: Senden ist gerade nicht möglich.',
  'after {durationMs}': 'nach {durationMs}',
  'Not sent yet: waiting for a connection to Farad, {time} so far.':
    'Noch nicht gesendet: wartet auf eine Verbindung zu Farad, bisher {time}.',
  'Waiting for the charge point, {time} so far.': 'Wartet auf die Ladestation, bisher {time}.',
  'CALLERROR after {durationMs}': 'CALLERROR nach {durationMs}',
  Answered: 'Beantwortet',
  'It may have been sent, and nobody knows what the charge point did with it.':
    'Vielleicht wurde es gesendet; was die Ladestation damit tat, ist unbekannt.',
  'waiting for what follows…': 'wartet auf das, was folgt …',
  'Nothing followed.': 'Nichts folgte.',

  // Configuration.
  'what templates want': 'was Vorlagen verlangen',
  'Filter keys': 'Schlüssel filtern',
  'Ask the charge point (GetConfiguration)': 'Ladestation fragen (GetConfiguration)',
  'the configuration': 'die Konfiguration',
  'Nobody has asked for its configuration yet': 'Ihre Konfiguration wurde noch nie abgefragt',
  'No key is called that': 'So heißt kein Schlüssel',
  'GetConfiguration lists all keys; this is the last answer, whoever asked for it.':
    'GetConfiguration listet alle Schlüssel; hier steht die letzte Antwort, gleich wer fragte.',
  'Change {key}': '{key} ändern',
  'it has no such key': 'kein solcher Schlüssel',
  'a secret, never shown': 'geheim, wird nie gezeigt',
  '{pending} after a reset': '{pending} nach einem Reset',
  'the new value': 'der neue Wert',
  'in doubt: a change got no answer': 'unklar: eine Änderung blieb ohne Antwort',
  'it would not take {refused}': '{refused} wurde abgelehnt',
  'read-only': 'nur lesbar',
  Value: 'Wert',
  Told: 'Gemeldet',
  'It holds after a Reset.': 'Gilt nach einem Reset.',
  'What templates want': 'Was Vorlagen verlangen',
  'all is as it is wanted': 'alles wie gewünscht',
  '{drifting} of {keys} drift': '{drifting} von {keys} weichen ab',
  Template: 'Vorlage',

  // Charging profiles.
  all: 'alle',
  'It holds no charging profile': 'Sie hat kein Ladeprofil',
  'This follows its answers: Farad cannot know what was set before they met.':
    'Das folgt aus ihren Antworten: Was zuvor gesetzt war, kann Farad nicht wissen.',
  Purpose: 'Zweck',
  'Stack level': 'Stack-Level',
  Set: 'Gesetzt',
  any: 'alle',
  'in doubt': 'unklar',
  'Clear profile {chargingProfileId}': 'Profil {chargingProfileId} löschen',
  Clear: 'Löschen',
  'Planned and reported limit': 'Geplante und gemeldete Grenze',
  'Ask again': 'Neu fragen',
  'Read again': 'Neu lesen',
  Schedule: 'Ladeplan',
  '0, the whole charge point': '0, die ganze Ladestation',
  'Time from now': 'Zeit ab jetzt',
  '24 hours': '24 Stunden',
  '1 hour': '1 Stunde',
  '6 hours': '6 Stunden',
  '7 days': '7 Tage',
  Unit: 'Einheit',
  'A per phase': 'A je Phase',
  'the schedule': 'der Ladeplan',
  'Charging profiles': 'Ladeprofile',
  'Set one': 'Profil setzen',
  'the profiles': 'die Profile',
  'The charge point was asked, but its schedule is not known: {message}':
    'Die Ladestation wurde gefragt, ihr Ladeplan ist aber nicht bekannt: {message}',
  'It answered {status} to GetCompositeSchedule.': 'Auf GetCompositeSchedule antwortete sie {status}.',
  'Nothing limits it': 'Keine Grenze',
  'No charging profile is known to hold here in this time.':
    'Für diese Zeit ist hier kein gültiges Ladeprofil bekannt.',
  'Planned and reported limit over time': 'Geplante und gemeldete Grenze im Zeitverlauf',
  Planned: 'Geplant',
  Reported: 'Gemeldet',
  'Reported {when}': 'Gemeldet {when}',
  ', an earlier answer': ', eine frühere Antwort',
  'The charge point has not reported a schedule yet.': 'Die Ladestation hat noch keinen Ladeplan gemeldet.',
  'They differ; what lies between is shaded.':
    'Sie unterscheiden sich; der Bereich dazwischen ist schraffiert.',
  'No profile limits it in this time: what it reports is its own limit.':
    'Kein Profil begrenzt sie in dieser Zeit: Gemeldet ist ihre eigene Grenze.',
  'Both agree.': 'Beide stimmen überein.',
  'Both agree while a profile limits it.': 'Beide stimmen überein, solange ein Profil sie begrenzt.',

  // Lists, firmware and diagnostics.
  Reports: 'Meldungen',
  'Firmware updates': 'Firmware-Updates',
  'Update firmware': 'Firmware aktualisieren',
  Diagnostics: 'Diagnosedaten',
  'Get diagnostics': 'Diagnosedaten holen',
  'Local authorization list': 'Lokale Autorisierungsliste',
  'Sending…': 'Wird gesendet …',
  'Bring up to date': 'Auf Stand bringen',
  'Send all of it': 'Ganz senden',
  'the local list': 'die lokale Liste',
  Wanted: 'Soll',
  '{id}, {entryCount} entries': '{id}, {entryCount} Einträge',
  Held: 'Vorhanden',
  'version {listVersion}, {entryCount} entries': 'Version {listVersion}, {entryCount} Einträge',
  'To send': 'Zu senden',
  '{changed} changed, {deleted} deleted': '{changed} geändert, {deleted} gelöscht',
  'Last sync': 'Letzter Abgleich',
  'the jobs': 'die Aufträge',
  'None yet': 'Noch keine',
  'What is asked for here, or by a campaign, shows with what the charge point says of it.':
    'Was hier oder von einer Kampagne verlangt wird, steht hier mit den Meldungen der Ladestation.',
  Begun: 'Begonnen',
  Where: 'Wo',
  'What came of it': 'Ergebnis',
  Location: 'Ort',
  'Credentials in it are hidden wherever it is shown.': 'Zugangsdaten darin werden überall verborgen.',
  'no list is wanted here': 'hier ist keine Liste gewünscht',
  'it has no local list': 'kennt keine lokale Liste',
  'in doubt: an answer was lost': 'unklar: eine Antwort ging verloren',
  'it reported a conflict': 'hat einen Konflikt gemeldet',
  'nobody knows what it holds': 'Stand unbekannt',
  'up to date': 'aktuell',
  outdated: 'veraltet',
  'https://files.example/… or ftp://user:password@files.example/…':
    'https://files.example/… oder ftp://benutzer:passwort@files.example/…',
} as const satisfies Catalogue;
