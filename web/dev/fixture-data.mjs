// A development aid, not shipped: a small invented department in memory, so that the pages can be worked on without the binary.
// Every person is invented; CPR numbers have 60 added to the day of birth, so they cannot be anyone's.
const DAY = 86_400_000;
const now = () => Date.now();
const iso = (ms) => new Date(ms).toISOString();
const day = (ms) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Copenhagen' }).format(ms);
const endOf = (d) => iso(Date.parse(`${d}T23:00:00Z`));

export const KINDS = {
	forvisitering: {
		da: 'Forvisitering af henvisning',
		en: 'Pre-visitation of a referral',
		role: 'secretary',
		next: 'visitation',
		clock: 'visitation-lokal',
		days: 3,
		guide: '1. Er de krævede oplysninger med? Mangler de: spørg henviser samme dag, urene løber.\n2. Foreslå art og hastegrad. Lægen beslutter.',
		never: ['erklære en henvisning mangelfuld', 'afvise eller omvisitere'],
		fields: [
			[
				'class',
				'Forslag til art',
				'code',
				true,
				[
					['udredning', 'Udredning'],
					['behandling', 'Behandling'],
					['diagnostisk', 'Diagnostisk undersøgelse'],
					['kontrol', 'Kontrol'],
				],
			],
			[
				'urgency',
				'Hastegrad',
				'code',
				true,
				[
					['pakke', 'Pakkeforløb'],
					['haste', 'Haster'],
					['normal', 'Normal'],
				],
			],
			['note', 'Bemærkning til lægen', 'text', false],
		],
	},
	visitation: {
		da: 'Visitation',
		en: 'Visitation',
		role: 'doctor',
		next: 'booking',
		clock: 'visitation-lokal',
		days: 3,
		guide: 'Afgør art, hastegrad og plan.',
		never: [],
		fields: [
			[
				'class',
				'Art',
				'code',
				true,
				[
					['udredning', 'Udredning'],
					['behandling', 'Behandling'],
					['kontrol', 'Kontrol'],
				],
			],
			['plan', 'Plan', 'text', false],
		],
	},
	booking: {
		da: 'Book tid',
		en: 'Book',
		role: 'secretary',
		next: 'brev',
		clock: 'oplysningspligt',
		days: 8,
		guide: 'Find en tid, der kan nås, og som patienten kan.',
		never: ['love en tid, der ikke er booket'],
		fields: [
			['start', 'Tid', 'datetime', true],
			['place', 'Sted', 'text', false],
			['earlier', 'Patienten vil gerne på afbudslisten', 'boolean', false],
		],
	},
	brev: {
		da: 'Send indkaldelse',
		en: 'Send the letter',
		role: 'secretary',
		next: 'svar',
		clock: 'oplysningspligt',
		days: 8,
		guide: 'Brevet skal være modtaget inden 8 hverdage.',
		never: [],
		fields: [
			['received', 'Modtaget af patienten', 'date', true],
			[
				'way',
				'Vej',
				'code',
				true,
				[
					['digital', 'Digital Post'],
					['papir', 'Papir'],
				],
			],
		],
	},
	svar: {
		da: 'Sørg for, at klinikeren giver svar',
		en: 'See that the clinician tells the result',
		role: 'secretary',
		next: null,
		clock: 'udredningsret',
		days: 30,
		guide: 'Klinikeren fortæller resultatet. Du ser efter, at det sker.',
		never: ['fortælle resultatet selv'],
		fields: [
			['told', 'Fortalt til patienten den', 'date', true],
			['by', 'Fortalt af', 'text', true],
		],
	},
};
const CLOCKS = {
	'visitation-lokal': ['Visiteret og booket (lokalt mål)', 'Afdelingens servicemål', 5, 'proposed'],
	oplysningspligt: ['Indkaldelse modtaget', 'Sundhedsloven § 90', 11, 'active'],
	udredningsret: ['Udredningsret', 'Sundhedsloven § 82 b', 30, 'active'],
};
const STAGES = ['forvisitering', 'visitation', 'booking', 'brev', 'svar'];
const TITLES = ['Henvist', 'Forvisiteret', 'Visiteret', 'Booket', 'Brev modtaget', 'Svar givet'];
const PEOPLE = [
	['Karla', 'Testesen', '610352', 'female', 34, 4, 'Makroskopisk hæmaturi'],
	['Ejnar', 'Prøvesen', '720147', 'male', 9, 2, 'Makroskopisk hæmaturi, pakkeforløb blære'],
	['Nadia', 'Fiktiv', '650788', 'female', 10, 2, 'Recidiverende urinvejsinfektion'],
	['Aksel', 'Eksempel', '830261', 'male', 1, 0, 'Forhøjet PSA'],
	['Bodil', 'Opdigtet', '690570', 'female', 6, 3, 'Nyresten'],
	['Villum', 'Kunstig', '750839', 'male', 12, 1, 'Vandladningsgener'],
	['Signe', 'Skygge', '810995', 'female', 2, 0, 'Overaktiv blære'],
	['Thorvald', 'Papir', '920458', 'male', 3, 1, 'Forhøjet PSA'],
	['Merete', 'Kladde', '660162', 'female', 20, 4, 'Makroskopisk hæmaturi'],
	['Otto', 'Skitse', '880377', 'male', 0, 0, 'Testikelknude'],
	['Ingrid', 'Afprøvning', '710249', 'female', 5, 2, 'Blæresten'],
	['Hjalmar Christian', 'Langtnavnsen-Prøvestrup', '640644', 'male', 8, 3, 'Prostatitis'],
];

export const resources = new Map();
export const pathways = new Map();
export const feed = [];
const listeners = new Set();
let number = 1;

export function save(resource, quiet) {
	const key = `${resource.resourceType}/${resource.id}`;
	const version = Number(resources.get(key)?.meta.versionId ?? 0) + 1;
	const kept = { ...resource, meta: { ...resource.meta, versionId: String(version), lastUpdated: iso(now()) } };
	resources.set(key, kept);
	const event = {
		sequence: feed.length + 1,
		type: resource.resourceType,
		id: resource.id,
		version,
		method: version === 1 ? 'create' : 'update',
		at: iso(now()),
	};
	feed.push(event);
	if (!quiet) for (const listener of listeners) listener(event);
	return kept;
}
export const listen = (listener) => (listeners.add(listener), () => listeners.delete(listener));

const said = (d) =>
	new Intl.DateTimeFormat('da-DK', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.parse(d));

const forceOf = (clock) => (clock === 'visitation-lokal' ? 'local' : 'law');

export function raise(pathway) {
	const kind = STAGES[pathway.stage];
	if (!kind) return;
	const k = KINDS[kind];
	const [title] = CLOCKS[k.clock];
	const due = day(pathway.received + k.days * (k.days === 8 ? 11 / 8 : 1) * DAY);
	save({
		resourceType: 'Task',
		id: `t${number++}`,
		status: 'requested',
		intent: 'order',
		code: { coding: [{ system: 'urn:limen:task', code: kind, display: k.da }] },
		description: `${k.da.split(' af ')[0]}: ${resources.get(`ServiceRequest/${pathway.referral}`).reasonCode[0].text.toLowerCase()}, henvist af egen læge`,
		instantiatesCanonical: `urn:limen:task:${kind}`,
		focus: { reference: `ServiceRequest/${pathway.referral}` },
		for: { reference: `Patient/${pathway.patient}` },
		authoredOn: iso(pathway.changed),
		restriction: { period: { end: endOf(due) } },
		reasonCode: {
			coding: [
				{ system: 'urn:limen:clock', code: k.clock },
				{ system: 'urn:limen:clock-force', code: forceOf(k.clock) },
			],
			text: `${title} (${CLOCKS[k.clock][1]})`,
		},
		performerType: [{ coding: [{ system: 'urn:limen:role', code: k.role }] }],
		extension: [
			...(forceOf(k.clock) === 'law' ? [{ url: 'urn:limen:law-due', valueInstant: endOf(due) }] : []),
			{ url: 'urn:limen:latest-start', valueInstant: iso(Date.parse(endOf(due)) - 2 * DAY) },
			{
				url: 'urn:limen:because',
				valueString: `henvisning modtaget ${said(day(pathway.received))} · ${title} senest ${said(due)}`,
			},
			{ url: 'urn:limen:pathway', valueReference: { reference: `EpisodeOfCare/${pathway.id}` } },
		],
	});
}

export function refer(patient, received, reason, stage = 0, extra = {}) {
	const id = `e${number++}`;
	const referral = extra.id ?? `s${number++}`;
	save({
		resourceType: 'ServiceRequest',
		status: 'active',
		intent: 'order',
		subject: { reference: `Patient/${patient}` },
		authoredOn: day(received),
		requester: { display: 'Egen læge' },
		reasonCode: [{ text: reason }],
		note: [{ text: 'Har set blod i urinen to gange. Blodfortyndende: nej.' }],
		...extra,
		id: referral,
	});
	save({
		resourceType: 'EpisodeOfCare',
		id,
		status: 'active',
		patient: { reference: `Patient/${patient}` },
		period: { start: day(received) },
		referralRequest: [{ reference: `ServiceRequest/${referral}` }],
	});
	const pathway = {
		id,
		patient,
		referral,
		received,
		stage,
		changed: now() - (stage === 0 ? 0 : DAY),
		done: STAGES.slice(0, stage).map((_, at) => [iso(received + (at + 1) * 0.7 * DAY), 'PractitionerRole/sek-a']),
	};
	pathways.set(id, pathway);
	raise(pathway);
	return pathway;
}

export function steps(pathway) {
	return TITLES.map((title, at) => {
		const done = at === 0 ? [iso(pathway.received), ''] : pathway.done[at - 1];
		const due = at >= 3 ? endOf(day(pathway.received + (at === 5 ? 30 : 11) * DAY)) : undefined;
		return {
			title: at === pathway.stage + 1 ? KINDS[STAGES[pathway.stage]].da : title,
			place: done ? 'done' : at === pathway.stage + 1 ? 'now' : 'ahead',
			at: done ? done[0] : due,
			by: done?.[1],
		};
	});
}

export function clocks(pathway) {
	return Object.entries(CLOCKS).map(([id, [title, source, limit, status]]) => {
		const stage = { 'visitation-lokal': 3, oplysningspligt: 4, udredningsret: 5 }[id];
		const stopped = pathway.stage >= stage ? pathway.done[stage - 1]?.[0] : undefined;
		const due = day(pathway.received + limit * DAY);
		const left = Math.round((Date.parse(due) - Date.parse(day(now()))) / DAY);
		const state = stopped ? 'met' : left < 0 ? 'breached' : 'running';
		return {
			id,
			title,
			source,
			force: forceOf(id),
			state,
			stateWord: { met: 'overholdt', breached: 'overskredet', running: 'løber' }[state],
			start: day(pathway.received),
			due,
			stopped,
			daysLeft: left,
			dueLate: id === 'oplysningspligt' ? day(pathway.received + (limit + 1) * DAY) : undefined,
			amber: iso(pathway.received + limit * 0.7 * DAY),
			provisional: id === 'udredningsret' && pathway.stage < 2,
			status,
			next: 'Indkaldelse til patienten',
		};
	});
}

export function seed() {
	for (const [id, name, code] of [
		['sek-a', 'Sekretær A', 'secretary'],
		['sek-c', 'Sekretær C', 'secretary'],
		['dr-b', 'Dr. B', 'doctor'],
	]) {
		save({
			resourceType: 'PractitionerRole',
			id,
			active: true,
			practitioner: { display: name },
			organization: { display: 'Urinvejskirurgisk' },
			code: [{ coding: [{ system: 'urn:limen:role', code }] }],
		});
	}
	for (const [given, family, six, gender, age, stage, reason] of PEOPLE) {
		const id = `p${number++}`;
		const yy = Number(six.slice(4));
		save({
			resourceType: 'Patient',
			id,
			identifier: [{ system: 'urn:oid:1.2.208.176.1.2', value: `${six}000${gender === 'male' ? 1 : 2}` }],
			name: [{ use: 'official', family, given: given.split(' ') }],
			gender,
			birthDate: `19${String(yy).padStart(2, '0')}-${six.slice(2, 4)}-${String(Number(six.slice(0, 2)) - 60).padStart(2, '0')}`,
			telecom: [{ system: 'phone', value: '00 00 00 00' }],
			...(family === 'Fiktiv' ? { communication: [{ preferred: true, language: { text: 'arabisk' } }] } : {}),
		});
		refer(id, now() - age * DAY, reason, stage);
	}
}
