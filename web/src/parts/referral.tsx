// referral.tsx: what the referral says, as far as a secretary or doctor needs it to act.
import { Fragment } from 'preact';
import { extensionOf, type ServiceRequest } from '../api/fhir.ts';
import { dayOf, shortDay } from '../base/clock.ts';
import { isKey, useTexts, type Key } from '../base/texts.ts';

export function reasonOf(referral: ServiceRequest): string {
	const reason = referral.reasonCode?.[0];
	return (
		reason?.text ?? reason?.coding?.[0]?.display ?? referral.code?.text ?? referral.code?.coding?.[0]?.display ?? ''
	);
}

// What was written to the doctor, or by the doctor, in words.
function saidIn(referral: ServiceRequest, url: string): string[] {
	return (extensionOf(referral, url)?.extension ?? []).flatMap((one) => (one.valueString ? [one.valueString] : []));
}

export function wordsOf(referral: ServiceRequest): string[] {
	const said = [...saidIn(referral, 'urn:limen:visitation-proposal'), ...saidIn(referral, 'urn:limen:visitation')];
	return [...(referral.note ?? []).map((note) => note.text), ...said];
}

// The secretary's proposal, by the name of the field it is a proposal for.
export function proposalOf(referral: ServiceRequest | undefined): Record<string, string> {
	const parts = extensionOf(referral, 'urn:limen:visitation-proposal')?.extension ?? [];
	return Object.fromEntries(parts.flatMap((one) => (one.valueCode ? [[one.url, one.valueCode]] : [])));
}

export function Referral({ referral }: { referral: ServiceRequest }) {
	const { t, language } = useTexts();
	const from = referral.requester?.display ?? referral.requester?.reference;
	const classes = (referral.category ?? [])
		.flatMap((one) => one.coding ?? [])
		.filter((one) => one.system === 'urn:limen:referral-class');
	const word = (code: string) => (isKey(`class.${code}`) ? t(`class.${code}` as Key) : code);
	const kind = classes.map((one) => one.display ?? word(one.code ?? '')).join(', ');
	return (
		<section class="card referral" aria-label={t('referral.card')}>
			<h3>{t('referral.card')}</h3>
			<dl class="pairs">
				<dt>{t('referral.reason')}</dt>
				<dd>{reasonOf(referral) || t('banner.unknown')}</dd>
				<dt>{t('referral.received')}</dt>
				<dd>{referral.authoredOn ? shortDay(dayOf(referral.authoredOn), language) : t('banner.unknown')}</dd>
				<dt>{t('referral.from')}</dt>
				<dd>{from ?? t('banner.unknown')}</dd>
				<dt>{t('referral.class')}</dt>
				<dd>{kind || t('referral.unclassified')}</dd>
				{wordsOf(referral).map((text, at) => (
					<Fragment key={at}>
						<dt>{at === 0 ? t('referral.note') : ''}</dt>
						<dd>{text}</dd>
					</Fragment>
				))}
			</dl>
		</section>
	);
}
