// moments.mjs: a small department on a day when everything happens at once: what the ten moments of PRACTICE.md begin with, written through the
// same doors as everybody's. Invented people; 60 is added to the day of birth, so that the numbers can be nobody's.
import { daysAgo, entry, patient, referral, role } from './limen.mjs';

const SECRETARY = [
	'visitation-1', 'booking-1', 'booking-2', 'registrering-1', 'rettigheder-1', 'telefon-1', 'sag-1', 'forloeb-1', 'notat-1', 'dokument-1',
	'personale-1', 'drift-1', 'konflikt-1', 'udland-1', 'natskrivning',
];
const DOCTOR = ['visiterende-laege', 'rettigheder-1', 'kliniker', 'laege'];

const MINUTE = 60_000;
export const soon = (minutes) => new Date(Math.ceil((Date.now() + minutes * MINUTE) / MINUTE) * MINUTE).toISOString();
const ext = (name, value) => ({ url: `urn:limen:${name}`, ...value });
const parts = (name, all) => ext(name, { extension: all });
const part = (url, value) => ({ url, ...value });
const coded = (system, code, display) => ({ coding: [{ system: `urn:limen:${system}`, code, ...(display ? { display } : {}) }] });

export async function seedDepartment(call) {
	const staff = [
		{ resourceType: 'Organization', id: 'uro', active: true, name: 'Urinvejskirurgisk Afdeling' },
		...role('sek-a', 'Sekretær A', 'secretary', SECRETARY),
		...role('sek-c', 'Sekretær C', 'secretary', SECRETARY),
		...role('dr-b', 'Dr. B', 'doctor', DOCTOR),
		{ resourceType: 'Schedule', id: 'dr-b', active: true, actor: [{ reference: 'PractitionerRole/dr-b' }] },
	];
	const patients = [
		patient('karla', 'Karla', 'Testesen', '6103520002', 'female', '1952-03-01'),
		patient('ejnar', 'Ejnar', 'Prøvesen', '7201470001', 'male', '1947-01-12'),
		patient('nadia', 'Nadia', 'Fiktiv', '6507880004', 'female', '1988-07-05'),
		patient('viggo', 'Viggo', 'Mønstersen', '6902550003', 'male', '1955-02-09'),
		patient('asta', 'Asta', 'Attrapsen', '7108610006', 'female', '1961-08-11'),
		patient('bent', 'Bent', 'Opdigtet', '6311490005', 'male', '1949-11-03'),
	];
	await call('', { resourceType: 'Bundle', type: 'transaction', entry: [...staff, ...patients].map(entry) });
}

export const put = (call, resource) => call(`${resource.resourceType}/${resource.id}`, resource, 'PUT');

// Received, read by the doctor: there are times to be held.
async function underWay(call, who, reason) {
	await put(call, { ...referral(who, daysAgo(9), reason), id: `r-${who}` });
}

const booked = (id, who, minutes, what, extension = []) => ({
	resourceType: 'Appointment',
	id,
	status: 'booked',
	description: what,
	basedOn: [{ reference: `ServiceRequest/r-${who}` }],
	start: soon(minutes),
	end: soon(minutes + 30),
	created: `${daysAgo(5)}T08:45:00+01:00`,
	participant: [
		{ actor: { reference: `Patient/${who}` }, status: 'accepted' },
		{ actor: { display: 'Ambulatoriet, indgang 3' }, status: 'accepted' },
	],
	...(extension.length ? { extension } : {}),
});

const FASTING = parts('preparation', [part('text', { valueString: 'Faste fra midnat' })]);
const ARABIC = [
	parts('interpreter', [part('language', { valueString: 'arabisk' })]),
	parts('interpreter-order', [part('how', { valueCode: 'present' }), part('number', { valueString: 'T-17' }), part('ordered', { valueDateTime: `${daysAgo(5)}T09:00:00+01:00` })]),
];

export async function doctorAbsent(call) {
	for (const [who, reason] of [['karla', 'Blæretumor, kontrol'], ['ejnar', 'Makroskopisk hæmaturi'], ['nadia', 'Recidiverende urinvejsinfektion']]) await underWay(call, who, reason);
	await put(call, booked('a-karla', 'karla', 360, 'Samtale'));
	await put(call, booked('a-ejnar', 'ejnar', 420, 'Cystoskopi', [FASTING]));
	await put(call, booked('a-nadia', 'nadia', 0, 'Ultralyd og samtale', ARABIC));
	const touched = ['a-karla', 'a-ejnar'].map((id) => ext('affects', { valueReference: { reference: `Appointment/${id}` } }));
	await put(call, {
		resourceType: 'Slot',
		id: 'away',
		serviceType: [coded('duty', 'leave')],
		schedule: { reference: 'Schedule/dr-b' },
		status: 'busy-unavailable',
		start: soon(-30),
		end: soon(480),
		extension: touched,
	});
}

export async function operationCancelled(call) {
	await underWay(call, 'bent', 'Hydrocele');
	await put(call, {
		...booked('a-bent', 'bent', 2880, 'Hydrocelektomi'),
		status: 'cancelled',
		cancelationReason: { ...coded('move-cause', 'hospital'), text: 'Akut operation tog stuen' },
		extension: [ext('cancelled-at', { valueDateTime: soon(-60) })],
	});
}

export const psaMissing = (call) => put(call, { ...referral('viggo', daysAgo(0), 'Prostata, vandladningsbesvær'), id: 'r-viggo' });

const mail = (id, from, topic, said, who) => ({
	resourceType: 'Communication',
	id,
	status: 'in-progress',
	category: [coded('communication', 'mailbox')],
	...(who ? { subject: { reference: `Patient/${who}` } } : {}),
	recipient: [{ reference: 'Organization/uro' }],
	sender: { display: from },
	topic: { text: topic },
	sent: soon(-90),
	received: soon(-90),
	payload: [{ contentString: said }],
});

export async function mailbox(call) {
	await put(call, mail('m-1', 'Lægerne i Prøveby', 'Nye åbningstider', 'Vi har nye åbningstider fra januar.'));
	await put(call, mail('m-2', 'Medico Test A/S', 'Katalog 2027', 'Se vores nye katalog.'));
	await put(call, mail('m-3', 'Asta Attrapsen', 'Efter operationen', 'Jeg bløder stadig, hvad skal jeg gøre?', 'asta'));
	await put(call, mail('m-4', 'Apoteket i Prøveby', 'Lukket på fredag', 'Vi holder lukket på fredag.'));
}

export async function conference(call) {
	await underWay(call, 'asta', 'Blæretumor');
	await put(call, {
		resourceType: 'ServiceRequest',
		id: 'mdt-asta',
		status: 'active',
		intent: 'order',
		category: [coded('request', 'mdt')],
		subject: { reference: 'Patient/asta' },
		performer: [{ reference: 'Organization/uro' }],
		authoredOn: soon(-120),
		reasonCode: [{ text: 'Blære: cystektomi?' }],
		extension: [parts('mdt', [part('cutoff', { valueDateTime: soon(120) }), part('conference', { valueDateTime: soon(300) })])],
	});
}

const fault = (id, rule, cause, contacts) => ({
	resourceType: 'DetectedIssue',
	id,
	status: 'final',
	code: { coding: [{ system: 'urn:limen:lpr3-rule', code: rule }], text: `LPR3 ${rule}` },
	patient: { reference: 'Patient/karla' },
	identifiedDateTime: soon(-120),
	implicated: contacts.map((display) => ({ display })),
	extension: [ext('error-cause', { valueCode: cause }), ext('queue', { valueReference: { reference: 'Organization/uro' } })],
});

export async function errorList(call) {
	await put(call, fault('f-1', '11.02', 'tid', ['Kontakt 7. okt', 'Kontakt 9. okt']));
	await put(call, fault('f-2', '11.02', 'tid', ['Kontakt 12. okt']));
	await put(call, fault('f-3', '05.14', 'side', ['Kontakt 14. okt', 'Kontakt 15. okt', 'Kontakt 16. okt']));
}

export async function foreigner(call) {
	await put(call, { resourceType: 'Patient', id: 'anna', name: [{ family: 'Example', given: ['Anna'] }], gender: 'female', birthDate: '1990-05-04' });
	await put(call, {
		resourceType: 'Encounter',
		id: 'e-anna',
		status: 'in-progress',
		class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'EMER', display: 'akut' },
		subject: { reference: 'Patient/anna' },
		serviceProvider: { reference: 'Organization/uro' },
		period: { start: soon(-20) },
		extension: [parts('insurance', [part('state', { valueCode: 'missing' }), part('at', { valueDateTime: soon(-20) })])],
	});
}

export const nightDictation = (call) =>
	put(call, {
		resourceType: 'DocumentReference',
		id: 'd-1',
		status: 'current',
		docStatus: 'preliminary',
		type: { text: 'Indlæggelsesnotat' },
		description: 'Diktat, 4 minutter',
		author: [{ display: 'Dr. M, Medicinsk afdeling' }],
		subject: { reference: 'Patient/karla' },
		content: [{ attachment: { title: 'diktat' } }],
		extension: [
			ext('queue', { valueReference: { reference: 'Organization/uro' } }),
			parts('lent', [
				part('at', { valueDateTime: soon(-15) }),
				part('for', { valueReference: { display: 'Medicinsk afdeling' } }),
				part('list', { valueDateTime: soon(240) }),
				part('agreement', { valueReference: { reference: 'Task/aftale' } }),
			]),
		],
	});
