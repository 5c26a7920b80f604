// fhir.ts: the little of FHIR R4 the pages read, as types, and how to pick values out of it. Nothing here asks the network.

export type Coding = { system?: string; code?: string; display?: string };
export type CodeableConcept = { coding?: Coding[]; text?: string };
export type Reference = { reference?: string; display?: string };
export type Period = { start?: string; end?: string };
export type Identifier = { system?: string; value?: string; type?: CodeableConcept; use?: string };
export type Extension = {
	url: string;
	extension?: Extension[];
	valueString?: string;
	valueCode?: string;
	valueBoolean?: boolean;
	valueInstant?: string;
	valueDate?: string;
	valueDateTime?: string;
	valueReference?: Reference;
	valueCoding?: Coding;
	valueInteger?: number;
	_valueString?: { extension?: Extension[] };
};
export type Resource = {
	resourceType: string;
	id?: string;
	meta?: { versionId?: string; lastUpdated?: string; security?: Coding[] };
	extension?: Extension[];
};
export type HumanName = { text?: string; family?: string; given?: string[]; use?: string };
export type Patient = Resource & {
	resourceType: 'Patient';
	identifier?: Identifier[];
	name?: HumanName[];
	gender?: string;
	birthDate?: string;
	deceasedBoolean?: boolean;
	deceasedDateTime?: string;
	telecom?: { system?: string; value?: string; use?: string }[];
	communication?: { language?: CodeableConcept; preferred?: boolean }[];
	address?: { line?: string[]; postalCode?: string; city?: string; text?: string; use?: string }[];
	generalPractitioner?: Reference[];
	contact?: { relationship?: CodeableConcept[]; name?: HumanName; telecom?: { system?: string; value?: string }[] }[];
};
export type Task = Resource & {
	resourceType: 'Task';
	status: string;
	intent?: string;
	code?: CodeableConcept;
	description?: string;
	_description?: { extension?: Extension[] };
	focus?: Reference;
	for?: Reference;
	authoredOn?: string;
	lastModified?: string;
	restriction?: { period?: Period };
	owner?: Reference;
	reasonCode?: CodeableConcept;
	performerType?: CodeableConcept[];
	requester?: Reference;
	partOf?: Reference[];
	output?: { type?: CodeableConcept; valueString?: string; valueReference?: Reference }[];
	statusReason?: CodeableConcept;
	executionPeriod?: Period;
};
export type Episode = Resource & {
	resourceType: 'EpisodeOfCare';
	status: string;
	patient?: Reference;
	period?: Period;
	type?: CodeableConcept[];
	referralRequest?: Reference[];
	managingOrganization?: Reference;
	careManager?: Reference;
};
export type ServiceRequest = Resource & {
	resourceType: 'ServiceRequest';
	status: string;
	subject?: Reference;
	authoredOn?: string;
	category?: CodeableConcept[];
	code?: CodeableConcept;
	reasonCode?: CodeableConcept[];
	requester?: Reference;
	note?: { text: string }[];
};
export type Communication = Resource & {
	resourceType: 'Communication';
	status: string;
	statusReason?: CodeableConcept;
	category?: CodeableConcept[];
	medium?: CodeableConcept[];
	subject?: Reference;
	basedOn?: Reference[];
	partOf?: Reference[];
	inResponseTo?: Reference[];
	topic?: CodeableConcept;
	sent?: string;
	received?: string;
	sender?: Reference;
	recipient?: Reference[];
	reasonCode?: CodeableConcept[];
	payload?: { contentString?: string }[];
	about?: Reference[];
	note?: { text: string }[];
};
export type Appointment = Resource & {
	resourceType: 'Appointment';
	status: string;
	description?: string;
	start?: string;
	end?: string;
	comment?: string;
	patientInstruction?: string;
	cancelationReason?: CodeableConcept;
	basedOn?: Reference[];
	participant?: { actor?: Reference; status?: string }[];
};
export type Role = Resource & {
	resourceType: 'PractitionerRole';
	active?: boolean;
	practitioner?: Reference;
	organization?: Reference;
	code?: CodeableConcept[];
};
export type Practitioner = Resource & { resourceType: 'Practitioner'; name?: HumanName[] };
export type Parameter = {
	name: string;
	part?: Parameter[];
	valueString?: string;
	valueCode?: string;
	valueDate?: string;
	valueInstant?: string;
	valueDateTime?: string;
	valueId?: string;
	valueInteger?: number;
	valueBoolean?: boolean;
	valueReference?: Reference;
	valueCoding?: Coding;
	resource?: Resource;
};
export type Parameters = Resource & { resourceType: 'Parameters'; parameter?: Parameter[] };
export type Entry = {
	fullUrl?: string;
	resource?: Resource;
	search?: { mode?: string };
	response?: { location?: string; status?: string };
};
export type Bundle = Resource & {
	resourceType: 'Bundle';
	total?: number;
	entry?: Entry[];
	link?: { relation: string; url: string }[];
};
export type Issue = {
	severity: string;
	code: string;
	details?: { text?: string; coding?: Coding[] };
	diagnostics?: string;
	expression?: string[];
	location?: string[];
};
export type Outcome = Resource & { resourceType: 'OperationOutcome'; issue?: Issue[] };

export const CPR_SYSTEM = 'urn:oid:1.2.208.176.1.2';
const REPLACEMENT_SYSTEMS = ['urn:oid:1.2.208.176.1.6.1.3', 'urn:oid:1.2.208.176.1.6.1'];

export function idOf(reference: Reference | undefined, type: string): string | null {
	const [kind, id] = (reference?.reference ?? '').split('/').slice(-2);
	return kind === type && id ? id : null;
}

export function extensionOf(resource: { extension?: Extension[] } | undefined, url: string): Extension | undefined {
	return resource?.extension?.find((one) => one.url === url);
}

// A text in the wanted language: Danish stands in the element, others in R4's translation extension beside it.
export function translated(
	danish: string | undefined,
	beside: { extension?: Extension[] } | undefined,
	language: string,
): string {
	const all =
		beside?.extension?.filter((one) => one.url === 'http://hl7.org/fhir/StructureDefinition/translation') ?? [];
	const wanted = all.find((one) =>
		one.extension?.some((inner) => inner.url === 'lang' && inner.valueCode === language),
	);
	return wanted?.extension?.find((inner) => inner.url === 'content')?.valueString ?? danish ?? '';
}

export function part(of: Parameter, name: string): Parameter | undefined {
	return of.part?.find((one) => one.name === name);
}

// A part's value, whichever value[x] it came as.
export function partText(of: Parameter, name: string): string {
	const found = part(of, name);
	if (!found) return '';
	const value =
		found.valueString ??
		found.valueCode ??
		found.valueId ??
		found.valueDate ??
		found.valueInstant ??
		found.valueDateTime;
	return (
		value ?? found.valueReference?.reference ?? (found.valueInteger === undefined ? '' : String(found.valueInteger))
	);
}

export function resourcesOf<T extends Resource>(bundle: Bundle, type: T['resourceType']): T[] {
	return (bundle.entry ?? []).flatMap((entry) =>
		entry.resource?.resourceType === type ? [entry.resource as T] : [],
	);
}

export function nameOf(names: HumanName[] | undefined): string {
	const name = names?.find((one) => one.use === 'official') ?? names?.[0];
	if (!name) return '';
	const parts = [...(name.given ?? []), name.family ?? ''].filter(Boolean).join(' ');
	return parts || (name.text ?? '');
}

// "Prøvesen, Ejnar": family name first, as a banner has it (NHS CUI).
export function bannerName(patient: Patient): string {
	const name = patient.name?.find((one) => one.use === 'official') ?? patient.name?.[0];
	if (name?.family && name.given?.length) return `${name.family}, ${name.given.join(' ')}`;
	return nameOf(patient.name);
}

export function cprOf(patient: Patient | undefined): string | null {
	const found = patient?.identifier?.find((one) => one.system === CPR_SYSTEM)?.value?.replace(/\D/g, '');
	return found?.length === 10 ? found : null;
}

export function replacementOf(patient: Patient): string | null {
	return patient.identifier?.find((one) => REPLACEMENT_SYSTEMS.includes(one.system ?? ''))?.value ?? null;
}

// "720147-xxxx" in lists, where others may look over the shoulder; "720147-0001" in the banner, on request.
export function cprShown(cpr: string, whole: boolean): string {
	return `${cpr.slice(0, 6)}-${whole ? cpr.slice(6) : 'xxxx'}`;
}

export function isProtected(patient: Patient): boolean {
	const secret = patient.meta?.security?.some(
		(one) => one.code === 'R' || one.code === 'V' || one.code === 'RESTRICTED',
	);
	return (
		Boolean(secret) ||
		Boolean(patient.extension?.some((one) => /confidential|protected|adressebeskyttelse/i.test(one.url)))
	);
}

export function addressOf(patient: Patient): string {
	const one = patient.address?.find((some) => some.use === 'home') ?? patient.address?.[0];
	return one?.text ?? [one?.line?.join(' '), one?.postalCode, one?.city].filter(Boolean).join(', ');
}

export function codeOf(concept: CodeableConcept | undefined, system: string): string {
	return concept?.coding?.find((one) => one.system === system)?.code ?? '';
}
