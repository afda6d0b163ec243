import type { Catalogue } from '../language.ts';

/** What the shell, the log-in and the overview say: read before anything is shown. */
export const firstView = {
  // The shell.
  'Skip to the content': 'Zum Inhalt springen',
  Sections: 'Bereiche',
  Overview: 'Übersicht',
  'Charge points': 'Ladestationen',
  Transactions: 'Ladevorgänge',
  Tokens: 'Tokens',
  Sites: 'Standorte',
  Campaigns: 'Kampagnen',
  Analytics: 'Auswertung',
  System: 'System',
  'Transaction {id}': 'Ladevorgang {id}',
  Campaign: 'Kampagne',
  'Configuration templates': 'Konfigurationsvorlagen',
  Alarms: 'Alarme',
  Security: 'Sicherheit',
  'Not found': 'Nicht gefunden',
  'There is no such page': 'Diese Seite gibt es nicht',
  '{link}, or press {key} to find something.': '{link}, oder mit {key} etwas suchen.',
  'Go to the overview': 'Zur Übersicht',
  'Use the light theme': 'Helles Farbschema verwenden',
  'Use the dark theme': 'Dunkles Farbschema verwenden',
  'Log out': 'Abmelden',
  '{language} could not be read': '{language} konnte nicht geladen werden',
  'Not sent yet: waiting for a connection, {waited}':
    'Noch nicht gesendet: wartet auf eine Verbindung, {waited}',
  'Live feed down for {time}, trying again': 'Live-Daten fehlen seit {time}, neuer Versuch läuft',
  Live: 'Live',
  'Alarms: {shown}, new: {unacknowledged}': 'Alarme: {shown}, neu: {unacknowledged}',
  'No alarm stands': 'Kein Alarm steht an',
  '{standing} stand, {unacknowledged} not acknowledged':
    '{standing} stehen an, {unacknowledged} nicht quittiert',
  'Find a charge point, transaction or token': 'Ladestation, Ladevorgang oder Token suchen',
  'Find a charge point, transaction, token': 'Ladestation, Ladevorgang, Token suchen',
  Found: 'Gefunden',
  'Nothing is called “{of}”.': 'Nichts heißt „{of}“.',
  'Looking…': 'Suche läuft …',
  'Charge point': 'Ladestation',
  Transaction: 'Ladevorgang',
  Token: 'Token',
  'bay {bay}': 'Stellplatz {bay}',
  '{idTag} at connector {connectorId} {when}': '{idTag} an Ladepunkt {connectorId} {when}',
  'The API key that you logged in with, and its role': 'API-Schlüssel dieser Anmeldung und seine Rolle',
  'You are {id}': 'Angemeldet als {id}',

  // Log-in and passwords.
  'Your log-in has ended. Please log in again.': 'Die Anmeldung ist abgelaufen. Bitte neu anmelden.',
  'You are logged out.': 'Abgemeldet.',
  Name: 'Name',
  Password: 'Passwort',
  'API key': 'API-Schlüssel',
  'Log in': 'Anmelden',
  'Logging in…': 'Anmeldung läuft …',
  'Log in with {label}': 'Mit {label} anmelden',
  'Log in with name and password': 'Mit Name und Passwort anmelden',
  'Log in with an API key': 'Mit einem API-Schlüssel anmelden',
  'Farad prints a key when it starts for the first time; with it admins create users under System. The log-in lasts twelve hours.':
    'Beim ersten Start gibt Farad einen Schlüssel aus; damit legen Admins unter System Benutzer an. Die Anmeldung gilt zwölf Stunden.',
  'The provider cannot be reached right now. Try again later, or log in in another way.':
    'Der Anbieter ist gerade nicht erreichbar. Später erneut versuchen oder anders anmelden.',
  'The provider did not let you in.': 'Der Anbieter hat die Anmeldung abgelehnt.',
  'This log-in took too long, or was begun elsewhere. Please begin again.':
    'Diese Anmeldung dauerte zu lange oder begann anderswo. Bitte neu beginnen.',
  'What the provider answered is not right; the log of Farad has the reason. Please begin again.':
    'Die Antwort des Anbieters stimmt nicht; der Grund steht im Log von Farad. Bitte neu beginnen.',
  'The provider knows you, but you may not use this Farad. Ask whoever runs it.':
    'Beim Anbieter bekannt, aber ohne Zugang zu diesem Farad. Bitte an den Betreiber wenden.',
  'The provider knows you, but gives you no role here. Ask whoever runs it.':
    'Beim Anbieter bekannt, aber hier ohne Rolle. Bitte an den Betreiber wenden.',
  'The provider knows you, but gives you no charge points here. Ask whoever runs it.':
    'Beim Anbieter bekannt, aber hier ohne Ladestationen. Bitte an den Betreiber wenden.',
  'The provider tells no name that can stand here. Ask whoever runs it.':
    'Der Anbieter nennt keinen hier zulässigen Namen. Bitte an den Betreiber wenden.',
  'Another user has your name here. Ask an admin.':
    'Ein anderer Benutzer trägt hier diesen Namen. Bitte an einen Admin wenden.',
  'An admin has disabled you here.': 'Ein Admin hat diesen Zugang gesperrt.',
  'There are too many users already. Ask an admin.':
    'Es gibt schon zu viele Benutzer. Bitte an einen Admin wenden.',
  'The log-in failed.': 'Die Anmeldung ist fehlgeschlagen.',
  Cancel: 'Abbrechen',
  'Choose a password': 'Passwort wählen',
  'Welcome, {name}. The password that you were given is good for this once.':
    'Willkommen, {name}. Das mitgeteilte Passwort gilt nur dieses eine Mal.',
  'The password that you were given': 'Mitgeteiltes Passwort',
  'Choose password': 'Passwort festlegen',
  'New password': 'Neues Passwort',
  'At least {least} characters, without your name.': 'Mindestens {least} Zeichen, ohne den eigenen Namen.',
  'Change my password': 'Mein Passwort ändern',
  'Change password': 'Passwort ändern',
  'Present password': 'Bisheriges Passwort',
  'You stay logged in here, and are logged out everywhere else.':
    'Die Anmeldung hier bleibt bestehen, alle anderen enden.',
  'all charge points': 'alle Ladestationen',
  'no charge points': 'keine Ladestationen',
  'groups {names}': { one: 'Gruppe {names}', other: 'Gruppen {names}' },
  'sites {names}': { one: 'Standort {names}', other: 'Standorte {names}' },
  'Only some charge points': 'Nur bestimmte Ladestationen',
  'of groups and sites; nothing else is seen': 'von Gruppen und Standorten; alles andere bleibt unsichtbar',
  Groups: 'Gruppen',
  'One name per line.': 'Ein Name je Zeile.',

  // What may be wrong.
  'Farad does not answer. It may be starting again.':
    'Farad antwortet nicht. Vielleicht startet es gerade neu.',
  'Farad answered with status {status}.': 'Farad antwortete mit Status {status}.',
  'It could not leave this browser for {seconds} s and was given up: nothing comes of it.':
    'Es konnte diesen Browser {seconds} s lang nicht verlassen und wurde verworfen: Nichts davon wird ausgeführt.',
  'It had left when the connection to Farad broke. Nobody knows whether it was carried out.':
    'Es war schon gesendet, als die Verbindung zu Farad abbrach. Ob es ausgeführt wurde, ist unbekannt.',
  'Not sent': 'Nicht gesendet',
  'Outcome unknown': 'Ausgang unbekannt',
  'Not for a part of the charge points': 'Nicht für einen Teil der Ladestationen',
  'You see some groups and sites; this is about all of them.':
    'Sichtbar sind einzelne Gruppen und Standorte; hier geht es um alle.',
  'This takes the role {role}': 'Dafür ist die Rolle {role} nötig',
  'another role': 'einer anderen Art',
  '{message} Ask somebody who has it, or log in with another key.':
    '{message} Jemanden mit dieser Rolle bitten oder mit einem anderen Schlüssel anmelden.',
  'This did not work': 'Das hat nicht geklappt',
  'Since {time}; it is tried again by itself.': 'Seit {time}; der Versuch wird von selbst wiederholt.',
  'Try again': 'Erneut versuchen',
  'Not fresh:': 'Nicht aktuell:',
  'Shown as of {when}.': 'Stand: {when}.',
  'Loading {what}': 'Wird geladen: {what}',
  'the page': 'die Seite',
  'This page could not be read': 'Diese Seite konnte nicht geladen werden',
  'Perhaps Farad was out of reach, or has been updated since you opened the console.':
    'Vielleicht war Farad nicht erreichbar oder wurde aktualisiert, seit die Konsole geöffnet ist.',
  Reload: 'Neu laden',

  // Times and states.
  'in {duration}': 'in {duration}',
  now: 'jetzt',
  '{duration} ago': 'vor {duration}',
  connected: 'verbunden',
  offline: 'offline',
  open: 'läuft',
  superseded: 'abgelöst',
  closed: 'geschlossen',
  stopped: 'beendet',
  unmatched: 'ohne Zuordnung',
  'not booted': 'ohne BootNotification',

  // The overview.
  'the overview': 'die Übersicht',
  Fleet: 'Flotte',
  '{name} in the last hour': '{name} in der letzten Stunde',
  'last hour': 'letzte Stunde',
  'Not answering:': 'Antwortet nicht:',
  '{label} {processes}. Farad starts it again by itself. {link}':
    '{label} {processes}. Farad startet es von selbst neu. {link}',
  Frames: 'Frames',
  'Meter samples': 'Messwerte',
  'Authorize, 99 % within': 'Authorize, 99 % in',
  'nobody asked': 'keine Anfrage',
  'of the last minute': 'der letzten Minute',
  'Journal age': 'Alter des Journals',
  'all in ClickHouse': 'alles in ClickHouse',
  '{n} chunks wait': { one: '{n} Block wartet', other: '{n} Blöcke warten' },
  'per second': 'pro Sekunde',
  'No charge point has come yet': 'Noch keine Ladestation hat sich gemeldet',
  'Point one at this address, with its identity at the end:':
    'Eine Ladestation auf diese Adresse einstellen, mit ihrer Identität am Ende:',
  'Farad printed its address when it started.': 'Farad hat seine Adresse beim Start ausgegeben.',
  'CHARGE-POINT-ID': 'ID-DER-LADESTATION',
  'Copy {text}': '{text} kopieren',
  Copied: 'Kopiert',
  Copy: 'Kopieren',
  Connected: 'Verbunden',
  'of {chargePoints}': 'von {chargePoints}',
  '{offline} offline': '{offline} offline',
  'all of them': 'alle',
  'Charging now': 'Laden gerade',
  connectors: { one: 'Ladepunkt', other: 'Ladepunkte' },
  Faulted: 'Gestört',
  Power: 'Leistung',
  '{link} never sent a BootNotification: whatever they say is refused.':
    '{link} ohne jede BootNotification: Was davon kommt, wird abgewiesen.',
  '{n} connected charge points': { one: '{n} verbundene Ladestation', other: '{n} verbundene Ladestationen' },
  'of all only': 'nur für alle',
  'On a scale that ends at the limit of {seconds} s': 'Auf einer Skala bis zur Grenze von {seconds} s',
  'limit {seconds} s': 'Grenze {seconds} s',
} as const satisfies Catalogue;
