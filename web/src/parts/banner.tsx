// banner.tsx: who the patient is, in one fixed place. After the NHS CUI banner: family name first, label lighter than value,
// unknown said in words, a look of its own for the deceased. The CPR number's last four are shown on request only.
import { useState } from 'preact/hooks';
import { bannerName, cprOf, cprShown, isProtected, replacementOf, type Patient } from '../api/fhir.ts';
import { ageAt, dayOf, shortDay } from '../base/clock.ts';
import { isKey, useTexts } from '../base/texts.ts';
import { patientPath } from '../base/route.ts';

function birthDay(day: string, language: string): string {
	if (day.length < 10) return day;
	const options: Intl.DateTimeFormatOptions = { timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' };
	return new Intl.DateTimeFormat(language === 'da' ? 'da-DK' : 'en-GB', options).format(
		Date.parse(`${day}T12:00:00Z`),
	);
}

function Number({ patient }: { patient: Patient }) {
	const { t } = useTexts();
	const [whole, setWhole] = useState(false);
	const cpr = cprOf(patient);
	const replacement = replacementOf(patient);
	if (!cpr) return <dd>{replacement ?? t('banner.noNumber')}</dd>;
	return (
		<dd>
			<span class="number">{cprShown(cpr, whole)}</span>
			<button type="button" class="link small no-print" aria-pressed={whole} onClick={() => setWhole(!whole)}>
				{whole ? t('banner.hide') : t('banner.show')}
				<span class="spoken"> {t('banner.number')}</span>
			</button>
		</dd>
	);
}

function Flags({ patient }: { patient: Patient }) {
	const { t } = useTexts();
	const dead = patient.deceasedBoolean || patient.deceasedDateTime;
	const preferred = patient.communication?.find((one) => one.preferred)?.language;
	const tongue = preferred?.text ?? preferred?.coding?.[0]?.display;
	const danish = preferred?.coding?.some((one) => one.code?.startsWith('da'));
	return (
		<>
			{dead && <span class="flag flag-dead">{t('banner.dead')}</span>}
			{isProtected(patient) && <span class="flag">{t('banner.protected')}</span>}
			{!cprOf(patient) && replacementOf(patient) && <span class="flag">{t('banner.replacement')}</span>}
			{tongue && !danish && <span class="flag">{t('banner.interpreter', { language: tongue })}</span>}
		</>
	);
}

export function Banner({ patient, level = 2, linked }: { patient: Patient; level?: 1 | 2; linked?: boolean }) {
	const { t, language } = useTexts();
	const name = bannerName(patient) || t('banner.noName');
	const Heading = level === 1 ? 'h1' : 'h2';
	const sex = `sex.${patient.gender ?? 'unknown'}`;
	const phone = patient.telecom?.find((one) => one.system === 'phone')?.value;
	const dead = Boolean(patient.deceasedBoolean || patient.deceasedDateTime);
	return (
		<section class={dead ? 'banner banner-dead' : 'banner'} aria-label={t('banner.label')}>
			<div class="banner-top">
				<Heading class="banner-name">
					{linked ? <a href={patientPath(patient.id ?? '')}>{name}</a> : name}
				</Heading>
				<Flags patient={patient} />
			</div>
			<dl>
				<div>
					<dt>{t('banner.born')}</dt>
					<dd>
						{patient.birthDate ? birthDay(patient.birthDate, language) : t('banner.unknown')}
						{patient.birthDate && !dead && (
							<span class="soft"> ({t('banner.age', { n: ageAt(patient.birthDate) })})</span>
						)}
						{patient.deceasedDateTime && (
							<span> – {shortDay(dayOf(patient.deceasedDateTime), language)}</span>
						)}
					</dd>
				</div>
				<div>
					<dt>{t('banner.sex')}</dt>
					<dd>{isKey(sex) ? t(sex) : t('sex.unknown')}</dd>
				</div>
				<div>
					<dt>{cprOf(patient) ? 'CPR' : t('banner.number')}</dt>
					<Number key={patient.id} patient={patient} />
				</div>
				<div>
					<dt>{t('banner.phone')}</dt>
					<dd>{phone ?? t('banner.unknown')}</dd>
				</div>
			</dl>
		</section>
	);
}
