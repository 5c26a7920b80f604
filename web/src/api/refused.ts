// refused.ts: whose fault an issue is: a field's, or the whole form's. The server names the field in expression, location or
// by its label in quotes. `places` says which words in a place mean which field, where they differ from its name.
import { issueText, type Failure } from './client.ts';
import type { Issue } from './fhir.ts';

export type Refused = { fields: Record<string, string>; general: string[] };

function speaksOf(issue: Issue, field: FieldPlace): boolean {
	const named = [...(issue.expression ?? []), ...(issue.location ?? [])].join(' ');
	const word = field.place ?? new RegExp(`(^|[^\\w-])${field.name.replace(/[^\w-]/g, '\\$&')}($|[^\\w-])`);
	if (named) return word.test(named);
	const text = issueText(issue);
	return text.includes(`"${field.name}"`) || (field.label !== undefined && text.includes(`"${field.label}"`));
}

export type FieldPlace = { name: string; label?: string; place?: RegExp };

export function refusedBy(failure: Failure, fields: readonly FieldPlace[]): Refused {
	const refused: Refused = { fields: {}, general: [] };
	for (const issue of failure.issues) {
		if (issue.severity === 'information' || issue.severity === 'warning') continue;
		const name = fields.find((field) => speaksOf(issue, field))?.name;
		if (name !== undefined) refused.fields[name] = issueText(issue);
		else refused.general.push(issueText(issue));
	}
	if (failure.issues.length === 0) refused.general.push(failure.message);
	return refused;
}
