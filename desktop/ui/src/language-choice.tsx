/** The choice of the language of the page. */
import { chooseLanguage, language, t } from './i18n.tsx';
import { LANGUAGES, type Language } from './messages/catalogue.ts';

/** All languages, as they call themselves. */
export function LanguageChoice() {
  // Without a connection one that was never loaded does not come: all stays as it is.
  const choose = (chosen: Language): Promise<void> => chooseLanguage(chosen).catch(() => undefined);
  return (
    <label>
      {t('language')}{' '}
      <select value={language.value} onChange={(event) => void choose(event.currentTarget.value as Language)}>
        {Object.entries(LANGUAGES).map(([code, { name }]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
