import { DocumentEditor } from '../../parts/document-editor.tsx';
import { t } from '../../words/words.ts';
import { documentOf, NEW_SITE, type Site } from './site-document.ts';
import { SiteForm } from './site-form.tsx';

interface SiteEditorProps {
  readonly site?: Site;
  readonly onClose: () => void;
  readonly onSaved: (id: string) => void;
}

/** A new site, or one that changes. */
export function SiteEditor({ site, ...rest }: SiteEditorProps) {
  return (
    <DocumentEditor
      what={t('site')}
      path="/sites"
      {...(site && { id: site.id, version: site.version })}
      document={site ? documentOf(site) : NEW_SITE}
      hint={t('Limits per phase in A or W, constant or as a schedule.')}
      docs="/docs#putSite"
      form={(document, change) => <SiteForm site={document} onChange={change} />}
      {...rest}
    />
  );
}
