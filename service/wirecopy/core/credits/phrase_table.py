"""In what words texts credit somebody: data only, read by the credit reader.

Phrases are written as in print; they are compared by folded tokens, so case, marks and punctuation do not matter.
In a phrase `{}` is the credited name, `{own}` the name of the one who credits (left out where it is missing), and
`(a|b)` a choice of words; a choice may hold nothing. Adding a language is adding rows.
"""

# ruff: noqa: E501  wide characters count double, and rows stay whole

from __future__ import annotations

# (kind, place, phrase). Places: "line": the phrase is the whole line; "known": the same, for names of the table
# and host names alone; "text": in any sentence; "head": a line or sentence begins with it and ends with the name.
PHRASES: tuple[tuple[str, str, str], ...] = (
    # -- English
    (
        "originally",
        "text",
        "this (report|story|article|item|dispatch|copy) (by|from) {} was (first|originally) published",
    ),
    (
        "byline",
        "known",
        "(from|provided by|supplied by|distributed by|story by|report by|text by|copy by|written by|brought to you by|news brought to you by|news from|article from|story from|report from|content from|content provided by|article provided by|news provided by) {}",
    ),
    (
        "originally",
        "foot",
        "(provided|supplied|distributed|article provided|content provided|story provided|text provided) by {}",
    ),
    (
        "part",
        "text",
        "(information|material|reporting|reports) (for this report|for this story|for this article|in this report|in this article|) (was|were) (provided|supplied|contributed) by {}",
    ),
    (
        "originally",
        "text",
        "(originally|first) (published|appeared|printed|posted|aired|ran) (by|on|in|at|with|for|via|over at) {}",
    ),
    ("originally", "text", "previously (published|appeared) (by|on|in|at) {}"),
    (
        "originally",
        "text",
        "(published|appeared|ran|printed|posted|shared) (originally|first) (by|on|in|at|with|for) {}",
    ),
    (
        "originally",
        "text",
        "(republished|reprinted|reproduced|reposted|syndicated) (|here|with permission|courtesy|with the permission|by permission) (from|of|by|through|via) {}",
    ),
    (
        "originally",
        "text",
        (
            "(article|story|report|post|piece|content) (was|is|has been) (produced|provided|supplied|"
            "distributed|syndicated) by {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(article|story|report|post|piece|content) (comes|came|is|appears) (courtesy of|from|via|by "
            "courtesy of) {}"
        ),
    ),
    ("originally", "text", "(article|story|report|post|piece) is part of a collaboration with {}"),
    (
        "originally",
        "text",
        (
            "original (article|story|report|version|post|text) (was published|was posted|was written|"
            "appeared|can be found|can be read|is available|is) (by|on|in|at) {}"
        ),
    ),
    ("originally", "text", "(article|story|report) first ran (on|in|at) {}"),
    ("via", "text", "(informs|informed|reports|reported|writes|says|relays|learned|learnt) *via {}"),
    (
        "via",
        "text",
        (
            "{own} (|news|news agency) (reports|informs|writes|says|reported|informed|wrote|said) (|with|"
            "in|with a) *(citing|quoting|referring to|reference to|via) {}"
        ),
    ),
    ("via", "text", "{own} (|with|in) *(citing|quoting|referring to|reference to) {}"),
    (
        "via",
        "line",
        (
            "(via|as reported by|reported by|according to|hat tip|as told by|as "
            "published by|syndicated from|taken from|adapted from) {}"
        ),
    ),
    (
        "via",
        "known",
        ("(courtesy of|by way of|published by|produced by|per) {}"),
    ),
    ("via", "line", "{} (reports|reported|writes)"),
    (
        "read_more",
        "head",
        (
            "(read|see|view|find|get|check out|click for|click here for|continue to) the *(full|original|"
            "whole|entire|complete|rest of the|rest of this|full original) (story|article|report|interview|"
            "piece|post|text|version|review|column|analysis|account|news|release|coverage|transcript|) (at|"
            "on|in|from|over at|by|via|here at|) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(read|see) (the|this|) *(rest|original|article|story|full) (|article|story|report|here) (at|"
            "on|in|from|over at) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(full|original|whole|entire|complete) (story|article|report|interview|piece|post|text|"
            "version) (is|can be read|can be found|is available|continues|) (at|on|in|from|over at) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(continue|keep) *reading (at|on|in|over at|this at|this on|this article at|this article on|"
            "this story at|this story on|the full story at|the full article at) {}"
        ),
    ),
    (
        "read_more",
        "head",
        ("(read) more *(at|over at|here at|about this at|about it at|of this story at|of this at) {}"),
    ),
    ("read_more", "head", "(story continues|article continues|story continued|read on) (at|over at|on) {}"),
    ("read_more", "known", "(more|read more) (at|over at) {}"),
    # -- German
    (
        "byline",
        "known",
        "(bereitgestellt von|zur verfügung gestellt von|mitgeteilt von|übermittelt von|eine meldung der|eine meldung von|meldung der|agenturmeldung von|text von) {}",
    ),
    ("originally", "foot", "(bereitgestellt|zur verfügung gestellt|veröffentlicht) von {}"),
    (
        "originally",
        "text",
        "(diese|dieser|dieses) (meldung|bericht|text|artikel) (der|von|des) {} (wurde|erschien) (zuerst|zunächst|erstmals|ursprünglich)",
    ),
    (
        "originally",
        "text",
        (
            "(ursprünglich|zuerst|erstmals|zunächst|vorab|im original) (erschienen|veröffentlicht|"
            "publiziert|erschien|gedruckt) (bei|auf|in|im|von|in der|auf der) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(erschien) (ursprünglich|zuerst|erstmals|zunächst|im original) (bei|auf|in|im|von|in der|auf "
            "der) {}"
        ),
    ),
    ("originally", "text", "(übernommen|nachgedruckt|nachdruck) (von|aus|aus der) {}"),
    ("via", "text", "{own} (berichtet|meldet|schreibt) unter *berufung auf {}"),
    ("via", "line", "(wie) {} (berichtet|berichten|meldet|schreibt|mitteilt|berichtete|meldete)"),
    ("via", "line", "(laut|nach angaben von|unter berufung auf|mit material von|zitiert nach) {}"),
    ("via", "known", "(über|gemäß) {}"),
    ("via", "line", "{} (berichtet|meldet|schreibt)"),
    (
        "read_more",
        "head",
        (
            "(weiterlesen|weiter lesen|mehr lesen|weiter geht es|lesen sie mehr|lesen sie weiter|hier "
            "weiterlesen) (auf|bei) {}"
        ),
    ),
    ("read_more", "known", "(mehr dazu|mehr|weiter|weiterlesen) (auf|bei|in der|im|in) {}"),
    (
        "read_more",
        "head",
        (
            "(vollständigen|kompletten|gesamten|vollständige) (artikel|beitrag|bericht|text) (|lesen sie|"
            "lesen|finden sie|gibt es|lesen sie hier) (auf|bei|in|in der) {}"
        ),
    ),
    # -- French
    (
        "byline",
        "known",
        "(fourni par|proposé par|dépêche de|une dépêche de|article de|texte de|source de l'article) {}",
    ),
    ("originally", "foot", "(fourni|fournie|proposé|communiqué) par {}"),
    (
        "originally",
        "text",
        "(cette dépêche|ce texte|cet article|ce reportage) de {} a été (publié|publiée|diffusé|diffusée)",
    ),
    (
        "originally",
        "text",
        (
            "(initialement|originellement|originalement|d'abord|précédemment) (publié|publiée|paru|parue|"
            "diffusé) (par|sur|dans|chez|en|dans le|sur le) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(publié|publiée|paru|parue|diffusé) (initialement|à l'origine|originellement|pour la première "
            "fois|d'abord|en premier) (par|sur|dans|chez|en) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(republié|reproduit|repris) (à partir de|de|depuis|avec l'autorisation de|avec l'aimable "
            "autorisation de) {}"
        ),
    ),
    ("via", "line", "(selon|d'après|comme le rapporte|comme l'a rapporté|rapporté par) {}"),
    ("via", "known", "(d'après|écrit) {}"),
    ("via", "line", "{} (rapporte|rapporte que|a rapporté|écrit)"),
    (
        "read_more",
        "head",
        (
            "(lire|lisez|voir|retrouvez|consultez) (la suite|l'article complet|l'intégralité de l'article|"
            "l'article original|l'article entier|la version complète|l'article|la suite de l'article|plus|"
            "la totalité de l'article|tout l'article) (sur|chez|dans|de|sur le site de) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(la suite|suite|article complet|la suite de cet article|l'article complet|l'intégralité) (|"
            "est|à lire|disponible) (sur|dans|chez) {}"
        ),
    ),
    # -- Spanish
    (
        "byline",
        "known",
        "(proporcionado por|facilitado por|suministrado por|nota de|texto de|cable de|información de) {}",
    ),
    ("originally", "foot", "(proporcionado|facilitado|suministrado|distribuido) por {}"),
    (
        "originally",
        "text",
        "(este despacho|este texto|este artículo|esta nota|este reportaje) de {} (fue|se) (publicado|publicada|publicó)",
    ),
    (
        "originally",
        "text",
        (
            "(originalmente|inicialmente|previamente) (publicado|publicada|publicó|apareció|aparecido) (en|"
            "por|en el|en la) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(publicado|publicada|publicó|apareció|se publicó|fue publicado|fue publicada) (originalmente|"
            "originariamente|inicialmente|por primera vez|primero|previamente) (en|por|en el|en la) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(reproducido|reproducida|republicado|tomado|tomada|retomado) (de|con permiso de|con "
            "autorización de|del) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(según|según informó|según informa|según reportó|según publica|según publicó|según reporta|"
            "según el medio|vía|con información de|de acuerdo con|de acuerdo a|así lo informó|citando a) {}"
        ),
    ),
    ("via", "known", "(con|informa|a través de|con datos de) {}"),
    ("via", "line", "{} (informa|informó|reporta|reportó|publica|publicó)"),
    (
        "read_more",
        "head",
        (
            "(lea|lee|leer|seguir|ver|siga|sigue|continúe|continuar|lea aquí|leer la|lea la|ver la|vea) (|"
            "más|leyendo|la nota completa|el artículo completo|la noticia completa|la historia completa|el "
            "texto completo|nota completa|noticia completa|artículo original|el artículo original|la nota|"
            "la información completa|el reportaje completo) (en|en el|en la) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(nota completa|artículo completo|noticia completa|historia completa|texto completo) (está|"
            "está disponible|) (en) {}"
        ),
    ),
    # -- Portuguese
    ("byline", "known", "(fornecido por|disponibilizado por|texto de|reportagem de|matéria de) {}"),
    ("originally", "foot", "(fornecido|disponibilizado|distribuído) por {}"),
    (
        "originally",
        "text",
        (
            "(originalmente|inicialmente|originariamente) (publicado|publicada|publicou|veiculado|"
            "veiculada|apareceu) (em|por|no|na|pelo|pela) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(publicado|publicada|apareceu|veiculado|saiu) (originalmente|inicialmente|primeiro|"
            "primeiramente|pela primeira vez) (em|por|no|na|pelo|pela) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(reproduzido|republicado|reproduzida|republicada) (de|do|da|com autorização de|com permissão de) {}",
    ),
    (
        "via",
        "line",
        (
            "(segundo|de acordo com|conforme|segundo informou|segundo informações de|segundo informações "
            "do|com informações de|com informações do|com informações da|conforme informou|como informou|"
            "citando|segundo o|segundo a) {}"
        ),
    ),
    ("via", "line", "{} (informa|informou|noticia|noticiou|reporta)"),
    (
        "read_more",
        "head",
        (
            "(leia|ler|veja|continue|continuar|confira|ver) (|a leitura|a matéria completa|matéria completa|mais|"
            "lendo|a ler|leitura|a matéria completa|o artigo completo|a reportagem completa|a notícia "
            "completa|a íntegra|o texto completo|a matéria original|a leitura) (em|no|na|no site|no site "
            "do) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(matéria completa|reportagem completa|artigo completo|notícia completa|íntegra) (está|) (em|"
            "no|na) {}"
        ),
    ),
    # -- Italian
    ("byline", "known", "(fornito da|a cura di|testo di|notizia di) {}"),
    ("originally", "foot", "(fornito|fornita|distribuito) da {}"),
    (
        "originally",
        "text",
        (
            "(originariamente|originalmente|inizialmente|precedentemente) (pubblicato|apparso|pubblicata|"
            "uscito) (su|da|in|sul|dal|nel|sulla) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(pubblicato|apparso|pubblicata|uscito) (originariamente|originalmente|inizialmente|per la "
            "prima volta|prima) (su|da|in|sul|dal|nel|sulla) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(ripubblicato|riprodotto|tratto|ripreso) (da|dal|dalla|su gentile concessione di|per gentile "
            "concessione di) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(secondo|secondo quanto riportato da|secondo quanto riferito da|come riportato da|come "
            "riporta|riporta|lo riporta|lo riferisce|come scrive|stando a|con informazioni di|citando) {}"
        ),
    ),
    ("via", "line", "{} (riporta|riferisce|scrive)"),
    (
        "read_more",
        "head",
        (
            "(leggi|continua|leggere|continua a|leggete|prosegui) (|tutto|di più|a leggere|l'articolo "
            "completo|l'articolo originale|l'articolo|la notizia completa|la lettura|la storia completa|"
            "l'intervista completa|leggere) (su|sul|da|in|sulla) {}"
        ),
    ),
    # -- Dutch, Afrikaans
    ("byline", "known", "(aangeboden door|geleverd door|tekst van|verstrekt door) {}"),
    ("originally", "foot", "(aangeboden|geleverd|verstrekt|aangelewer) (door|deur) {}"),
    (
        "originally",
        "text",
        (
            "(oorspronkelijk|eerder|eerst|oorspronklik|eerste) (gepubliceerd|verschenen|verscheen|"
            "gepubliseer|verskyn) (op|door|bij|in|deur) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(verscheen|gepubliceerd|verschenen) (eerst|eerder|oorspronkelijk|als eerste) (op|door|bij|in) {}",
    ),
    (
        "via",
        "line",
        "(volgens|zoals gemeld door|aldus|dat meldt|met dank aan|dit meldt|so berig|luidens) {}",
    ),
    ("via", "known", "(meldt|schrijft|met) {}"),
    ("via", "line", "{} (meldt|bericht|schrijft|berig)"),
    (
        "read_more",
        "head",
        (
            "(lees|bekijk) (verder|meer|het volledige artikel|het hele artikel|het hele verhaal|het "
            "volledige verhaal|het originele artikel|meer hierover|die volledige storie|die hele artikel) "
            "(op|bij|in|via|by) {}"
        ),
    ),
    # -- Swedish, Danish, Norwegian
    (
        "originally",
        "text",
        (
            "(ursprungligen|först|tidigare|oprindeligt|oprindelig|først|tidligere|opprinnelig|opphavleg) "
            "(publicerad|publicerades|publicerat|udgivet|publiceret|bragt|publisert|trykket|skrevet) (i|av|"
            "på|hos|af) {}"
        ),
    ),
    (
        "via",
        "line",
        "(enligt|ifølge|det skriver|det rapporterar|det oplyser|det melder|ifølgje|i følge) {}",
    ),
    ("via", "known", "(skriver|rapporterar|melder|følge) {}"),
    ("via", "line", "{} (rapporterar|rapporterer|skriver|melder|meddelar)"),
    (
        "read_more",
        "head",
        (
            "(läs|les|læs) (mer|mere|vidare|videre|hela artikeln|hele saken|hele artiklen|hele artikkelen|"
            "hela texten|hele historien|originalartikeln|resten) (på|hos|i) {}"
        ),
    ),
    # -- Finnish, Estonian, Hungarian
    ("originally", "text", "(julkaistu|ilmestyi|julkaistiin) (alun perin|ensimmäisen kerran|ensin) {}"),
    ("via", "line", "(lähteenä|näin kertoo|asiasta kertoo|asiasta uutisoi) {}"),
    ("via", "known", "(kertoo|uutisoi|vahendab|teatas|kirjutab|írja|írta) {}"),
    ("via", "line", "{} (kertoo|uutisoi|raportoi|vahendab|teatab|jelentette|írja|írta meg)"),
    (
        "read_more",
        "head",
        (
            "(lue|loe) (lisää|koko juttu|koko artikkeli|edasi|lähemalt|rohkem) (palvelusta|sivustolta|"
            "portaalist|lehest|) {}"
        ),
    ),
    # -- Polish, Czech, Slovak, Romanian, South Slavic, Baltic, Albanian, Greek
    (
        "originally",
        "text",
        (
            "(pierwotnie|oryginalnie|po raz pierwszy|wcześniej) (opublikowany|opublikowano|opublikowana|"
            "ukazał się|ukazała się|opublikował) (przez|w|na|na łamach|na stronie) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(ukazał się|ukazała się|opublikowano) (pierwotnie|po raz pierwszy|najpierw|oryginalnie) (w|na|"
            "na łamach|na stronie) {}"
        ),
    ),
    (
        "originally",
        "text",
        (
            "(původně|pôvodne|poprvé|prvýkrát) (publikován|publikováno|publikovaný|publikované|vyšel|vyšlo|"
            "zveřejněn|zverejnený|vyšiel) (na|v|ve|v časopise|serverem|portálem) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(publicat|apărut) (inițial|original|pentru prima dată|prima dată) (de|pe|în|la) {}",
    ),
    (
        "originally",
        "text",
        (
            "(izvorno|prvobitno|prvotno|prvi put|изворно|првобитно|първоначално) (objavljen|objavljeno|"
            "objavljena|objavljen je|објављен|објављено|публикуван|публикувана) (na|u|v|od|на|у|в|от) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(według|jak podaje|jak informuje|jak donosi|jak podał|cytując|podle|podľa|potrivit|conform|"
            "citând|prema|kako javlja|kako prenosi|према|како јавља|според|sipas|anot|remiantis|σύμφωνα με|"
            "σύμφωνα με το|όπως αναφέρει το|με πληροφορίες από) {}"
        ),
    ),
    (
        "via",
        "known",
        (
            "(podaje|informuje|donosi|za|uvedl|uvedla|javlja|prenosi|poroča|piše|преноси|съобщава|съобщи|"
            "пише|raporton|raksta|ziņo|vēsta|pēc) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "{} (podaje|informuje|donosi|informoval|informovala|uvedl|píše|informuje|javlja|prenosi|poroča|"
            "piše|преноси|јавља|съобщава|пише|raporton|praneša|ziņo|αναφέρει|relatează|scrie|informează)"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(czytaj|przeczytaj|cały|więcej) (więcej|dalej|całość|cały artykuł|artykuł|pełny artykuł|całą "
            "historię|tekst|) (na|w|w serwisie|na stronie) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(více|viac|čtěte|čítajte|číst|celý|pokračování) (více|dál|dále|ďalej|viac|článek|článok|celý "
            "článek|čtení|) (na|v|ve) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(citește|citiți|citeşte|continuarea|articolul) (mai mult|mai departe|articolul complet|"
            "articolul integral|continuarea|integral|complet|mai multe|) (pe|în|la) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(pročitajte|pročitaj|opširnije|više|ceo|cijeli|preberite|več|celoten|прочетете|повече|цялата "
            "статия|опширније|целиот) (više|cijeli članak|ceo tekst|članak|tekst|več|статията|още|целия "
            "текст|текст|повеќе|) (na|u|v|на|в|у) {}"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(διαβάστε|συνέχεια) (περισσότερα|τη συνέχεια|ολόκληρο το άρθρο|όλο το άρθρο|) (στο|στη|στην|"
            "στα|από) {}"
        ),
    ),
    # -- Russian, Ukrainian, Belarusian, Kazakh and neighbours
    (
        "originally",
        "text",
        (
            "(впервые|первоначально|изначально|ранее|вперше|спочатку|раніше) (опубликован|опубликована|"
            "опубликовано|опубликовал|опубликовала|вышла|вышел|опубліковано|опублікована|опублікований) (в|"
            "на|на сайте|в газете|у|на сайті|порталом|изданием|виданням) {}"
        ),
    ),
    (
        "originally",
        "text",
        "(перепечатано|перепечатка|перепост|передруковано|передрук) (из|с|з|с сайта|із|з сайту) {}",
    ),
    (
        "via",
        "text",
        (
            "{own} (|передает|сообщает|пишет|информирует|сообщил|передаёт|повідомляє|передає|пише|"
            "хабарлайды) (|со|с|з|із) *(ссылкой на|посиланням на|ссылаясь на|посилаючись на) {}"
        ),
    ),
    (
        "via",
        "text",
        (
            "(передает|сообщает|пишет|информирует|передаёт|повідомляє|передає|пише|інформує) {own} (|со|с|"
            "з|із) *(ссылкой на|посиланням на|ссылаясь на|посилаючись на) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(по данным|по информации|по сообщению|как сообщает|как пишет|об этом сообщает|об этом пишет|"
            "об этом передает|со ссылкой на|по материалам|за даними|за інформацією|за матеріалами|як "
            "повідомляє|як пише|про це повідомляє|про це пише|з посиланням на|па даных|деп хабарлайды) {}"
        ),
    ),
    ("via", "known", "(сообщает|передает|передаёт|пишет|повідомляє|пише|передає|паведамляе|хабарлайды) {}"),
    (
        "via",
        "line",
        (
            "{} (сообщает|передает|передаёт|пишет|сообщил|сообщила|повідомляє|пише|передає|хабарлайды|"
            "паведамляе|билдирет)"
        ),
    ),
    (
        "read_more",
        "head",
        (
            "(читать|читайте|подробнее|полностью|далее|продолжение|полный текст|читати|детальніше|повний "
            "текст|продовження) (далее|дальше|полностью|подробнее|продолжение|полную версию|полный текст|"
            "статью полностью|оригинал|оригинал статьи|далі|повністю|повний текст|) (на|в|на сайте|у|на "
            "сайті) {}"
        ),
    ),
    # -- Turkish, Azeri, Uzbek
    (
        "via",
        "line",
        "{} (bildirdi|bildiriyor|aktardı|yazdı|duyurdu|haber verdi|xəbər verir|yazır|bildirir|haberine göre|haberi|xabar berdi|xabar qildi|istinadən)",
    ),
    (
        "originally",
        "text",
        "(ilk olarak|orijinali|aslı) {} (yayınlandı|yayımlandı|yayınlanmıştır|yayımlanmıştır)",
    ),
    ("read_more", "line", "(haberin devamı|haberin tamamı|yazının tamamı|haberin devamını oku) {}"),
    # -- Vietnamese, Indonesian, Malay, Filipino, Swahili and others in Latin script
    ("originally", "text", "(đăng|đăng tải|xuất bản) (lần đầu|lần đầu tiên|đầu tiên) (trên|bởi|tại|ở) {}"),
    (
        "originally",
        "text",
        (
            "(pertama kali|sebelumnya|telah|awalnya|asalnya) (diterbitkan|dimuat|tayang|terbit|"
            "dipublikasikan|disiarkan|ditayangkan) (di|oleh|pada|dalam) {}"
        ),
    ),
    ("originally", "text", "(unang|orihinal na) (inilathala|nailathala|lumabas) (ng|sa|ng|ng) {}"),
    ("via", "line", "(theo|theo tin từ|theo báo|dẫn theo|lược dịch từ|dịch từ|trích từ) {}"),
    (
        "via",
        "line",
        (
            "(menurut|dikutip dari|dilansir|dilansir dari|dilansir dari laman|dinukil dari|mengutip|"
            "disadur dari|seperti dikutip dari|seperti dilaporkan|ayon sa|ulat ng|ulat mula sa|kwa mujibu "
            "wa|kulingana na|kwa hisani ya|imeripotiwa na|a cewar|rahoton|bisa ga rahoton|gẹ́gẹ́ bí|"
            "ngokutsho kwe|ngokwe|sida ay sheegtay|ayaa sheegay|malinga ni) {}"
        ),
    ),
    ("via", "known", "(melaporkan|lapor|laporan|mula sa|akka|dika|nke) {}"),
    (
        "via",
        "line",
        (
            "{} (melaporkan|memberitakan|lapor|đưa tin|cho biết|inaripoti|imeripoti|ta ruwaito|ta bayar da "
            "rahoto|sheegtay)"
        ),
    ),
    (
        "read_more",
        "head",
        "(đọc|xem) (thêm|tiếp|toàn bộ|toàn văn|bài gốc|chi tiết|toàn bộ bài viết|đầy đủ) (tại|trên|ở) {}",
    ),
    (
        "read_more",
        "head",
        (
            "(baca|simak|soma|karanta|basahin) (|selengkapnya|lebih lanjut|artikel selengkapnya|berita "
            "selengkapnya|selanjutnya|artikel penuh|berita penuh|artikel asli|zaidi|habari kamili|ang "
            "buong|kwenye) (di|pada|kwenye|katika|sa|a) {}"
        ),
    ),
    # -- Arabic script, Hebrew
    (
        "originally",
        "text",
        (
            "(نشر|نشرت|نُشر|ظهر|منشور|نشر هذا المقال|نشر المقال) (في الأصل|لأول مرة|أولا|أصلا|سابقا|أول "
            "مرة) (في|على|من قبل|بواسطة|لدى) {}"
        ),
    ),
    (
        "via",
        "line",
        (
            "(بحسب|وفقا ل|حسب|نقلا عن|وفق|كما ذكرت|كما أفادت|بحسب ما ذكرت|نقلا عن موقع|نقلا عن وكالة|به "
            "گزارش|به نقل از|بہ حوالہ|بحوالہ|לפי|על פי|כך דיווח|כך לפי) {}"
        ),
    ),
    ("via", "line", "{} (گزارش داد|نوشت|کے مطابق|ذكرت|أفادت|דיווח|מדווח)"),
    (
        "read_more",
        "head",
        (
            "(اقرأ|تابع|للمزيد|لقراءة|ادامه|قرأ|קראו|לקריאה) (|المزيد|التفاصيل|القراءة|النص الكامل|المقال "
            "كاملا|المقال|باقي المقال|بقية المقال|مطلب|عוד|את הכתבה המלאה) (على|في|من|در|ב|באתר) {}"
        ),
    ),
    # -- Indic scripts
    (
        "via",
        "line",
        "{} (के अनुसार|की रिपोर्ट|के हवाले से|ने बताया|এর খবর|সূত্রে|प्रमाणे|অনুসারে|জানিয়েছে|के मुताबिक)",
    ),
    ("via", "line", "(सौजन्य|স্বীকৃতি|সৌজন্যে) {}"),
)

# Scripts without spaces: compared as they stand, since tokens there are cut by content. (kind, before, after).
UNSPACED_PHRASES: tuple[tuple[str, str, str], ...] = (
    ("originally", "原载于", ""), ("originally", "原載於", ""), ("originally", "首发于", ""),
    ("originally", "首發於", ""), ("originally", "原文发表于", ""), ("originally", "原文發表於", ""),
    ("originally", "原文刊登于", ""), ("originally", "原刊于", ""), ("originally", "转载自", ""),
    ("originally", "轉載自", ""), ("originally", "转自", ""), ("originally", "轉自", ""),
    ("originally", "本文来自", ""), ("originally", "本文來自", ""), ("originally", "摘自", ""),
    ("originally", "この記事は", "から転載"), ("originally", "本記事は", "から転載"), ("originally", "本記事は",
     "に掲載された"),
    ("originally", "この記事は", "に掲載された"), ("originally", "初出は", ""), ("originally", "이 기사는", "에서 처음"),
    ("via", "据", "报道"), ("via", "據", "報導"), ("via", "据", "消息"), ("via", "", "によると"), ("via", "", "が報じた"),
    ("via", "", "が伝えた"), ("via", "", "报道"), ("via", "", "報導"), ("via", "综合", "报道"), ("via", "ตาม", ""),
    ("via", "โดย", ""), ("via", "อ้างอิงจาก", ""), ("via", "ขอบคุณข้อมูลจาก", ""), ("via", "", "에 따르면"),
    ("via", "", " 보도"), ("read_more", "全文请见", ""), ("read_more", "全文請見", ""), ("read_more", "阅读全文请访问", ""),
    ("read_more", "更多内容请访问", ""), ("read_more", "続きは", "で"), ("read_more", "続きは", "へ"),
    ("read_more", "全文は", "で"), ("read_more", "全文は", "へ"), ("read_more", "続きを読む", ""),
    ("read_more", "全文を読む", ""), ("read_more", "อ่านต่อที่", ""), ("read_more", "อ่านเพิ่มเติมที่", ""),
    ("read_more", "전문은", "에서"),
)  # fmt: skip
