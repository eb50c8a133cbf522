"""Words beside the names that texts credit: labels, bylines, endings, and what is no name. Data only."""

from __future__ import annotations

# "Source: X" at the start of a line or sentence.
SOURCE_LABELS: tuple[str, ...] = (
    "Source", "Sources", "Original source", "Article from", "Story from", "News from", "Text from", "Report from",
     "Agency", "Provider",
    "Agentur", "Agence", "Agencia", "Agência", "Agenzia", "Agencja", "Artikel von", "Text von", "Article de",
     "Artículo de", "Agentura",
    "News source", "Article source", "Story source",
    "Quelle", "Quellen", "Originalquelle", "Fuente", "Fuentes", "Fonte", "Fontes", "Fonti",
    "Font", "Iturria", "Sursa", "Surse", "Bron", "Bronnen", "Källa", "Källor", "Kilde", "Kilder", "Kjelde",
    "Heimild", "Lähde", "Allikas", "Avots", "Šaltinis", "Źródło", "Źródła", "Zdroj", "Zdroje", "Forrás",
    "Izvor", "Vir", "Burimi", "Kaynak", "Mənbə", "Manba", "Дереккөз", "Источник", "Источники",
    "Первоисточник", "Джерело", "Крыніца", "Извор", "Източник", "Эх сурвалж", "Булак", "Πηγή", "Աղբյուր",
    "წყარო", "المصدر", "مصدر", "منبع", "ماخذ", "بشکریہ", "سرچینه", "מקור", "स्रोत", "साभार", "স্রোত",
    "সূত্র", "ਸਰੋਤ", "સ્ત્રોત", "ஆதாரம்", "நன்றி", "మూలం", "ಮೂಲ", "ഉറവിടം", "මූලාශ්‍රය", "ที่มา",
    "แหล่งที่มา", "ທີ່ມາ", "ប្រភព", "မူရင်း", "Nguồn", "Nguồn tin", "Sumber", "Sumber berita", "Pinagmulan",
    "Pinagkunan", "Chanzo", "Tushe", "Orísun", "Umthombo", "Umthombo", "Xigha", "출처", "자료", "来源", "來源",
    "消息来源", "消息來源", "新闻来源", "文章来源", "信息来源", "稿源", "稿件来源", "资料来源", "資料來源", "出典",
     "出所", "情報源", "引用元", "転載元",
    "元記事", "配信元", "提供元", "ソース", "文章出处", "出处",
)  # fmt: skip

# Labels whose value is the one that wrote the text first; weightier than a source, which may be of a fact.
ORIGIN_LABELS: tuple[str, ...] = (
    "Originally published", "Original article", "Original story", "First published", "Originally appeared",
    "Originalartikel", "Erstveröffentlichung", "Article original", "Artículo original", "Artigo original",
    "Articolo originale", "Origineel artikel", "Оригинал", "Оригинал статьи", "Оригінал", "Oryginał",
    "Původní článek", "Artikel asli", "Bài gốc", "原文", "原文链接", "原文網址", "转载自", "轉載自", "转自", "轉自",
     "原載", "初出",
    "元の記事", "원문",
)  # fmt: skip

# What a sentence calls the text it stands in: "originally published by X" is said of these, of books and laws too otherwise.
TEXT_NOUNS: tuple[str, ...] = (
    "article", "story", "report", "post", "piece", "column", "commentary", "essay", "interview", "version",
    "content", "item", "editorial", "analysis", "op-ed", "dispatch", "blog", "feature", "release",
    "artikel", "beitrag", "text", "bericht", "kommentar", "meldung", "contenu", "texte", "billet", "papier",
    "tribune", "artículo", "nota", "texto", "noticia", "reportaje", "entrevista", "contenido",
    "publicación", "artigo", "matéria", "reportagem", "notícia", "conteúdo", "publicação", "articolo",
    "testo", "notizia", "intervista", "contenuto", "stuk", "verhaal", "storie", "berig", "artikeln",
    "artiklen", "artikkelen", "krönikan", "kronikken", "teksten", "saken", "juttu", "artikkeli",
    "kirjoitus", "artykuł", "tekst", "wywiad", "materiał", "článek", "článok", "text", "rozhovor",
    "articolul", "textul", "materialul", "interviul", "članak", "intervju", "чланак", "текст", "статия",
    "статията", "материал", "статья", "материалы", "интервью", "стаття", "матеріал", "інтерв'ю", "berita",
    "tulisan", "bài", "makala", "habari", "مقال", "المقال", "المقالة", "التقرير", "الخبر",
)  # fmt: skip

# Before an agency's name at the start of a line: a byline.
BYLINE_WORDS: tuple[str, ...] = (
    "by", "from", "von", "par", "por", "di", "da", "a cura di", "door", "av", "af", "od", "oleh", "bởi",
    "autor", "автор", "текст", "author", "auteur", "autore", "written by", "reporting by", "redacción",
    "redazione",
)  # fmt: skip

# After an agency's name, the line ending there: still a byline.
BYLINE_ENDINGS: tuple[str, ...] = (
    "", "staff", "staff writer", "staff writers", "writer", "writers", "sports writer", "sports writers",
    "business writer", "political writer", "reporter", "reporters", "correspondent", "service", "newswire",
    "redaktion", "sportswriter", "economics writer", "entertainment writer", "science writer",
    "medical writer", "national writer",
)  # fmt: skip

# Before and after an agency's or a medium's name in a sentence: says where a fact is from.
MENTION_BEFORE: tuple[str, ...] = (
    "according to", "told", "citing", "cited by", "quoted by", "as reported by", "reported by",
    "interview with", "by", "laut", "sagte", "selon", "à", "según", "segundo", "secondo", "volgens",
    "enligt", "ifølge", "według", "podle", "по данным", "сообщает", "передает", "за даними", "повідомляє",
    "theo", "menurut", "kepada", "بحسب", "وفقا ل",
)  # fmt: skip
MENTION_AFTER: tuple[str, ...] = (
    "reported", "reports", "said", "says", "writes", "wrote", "quoted", "cited", "berichtet", "berichtete",
    "meldet", "meldete", "rapporte", "informó", "informa", "informou", "riporta", "meldt", "rapporterar",
    "podaje", "сообщает", "сообщил", "передает", "повідомляє", "đưa tin", "melaporkan",
)  # fmt: skip

# Between such words and the name: "according to the Reuters news agency".
MENTION_FILLERS: tuple[str, ...] = (
    "the", "agency", "newspaper", "агентству", "агентство", "агентства", "agencia", "agence", "agentur", "agenzia",
    "nachrichtenagentur", "la", "el", "der", "die", "l", "d", "hãng", "kantor", "berita", "وكالة",
)  # fmt: skip

# What stands where a name would and is none: months, labels of pages, picture desks, networks that host everyone.
NO_NAMES: tuple[str, ...] = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December", "Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov",
    "Dec", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Com", "Www", "Iframe", "PDF",
     "English", "Spanish", "French", "German", "Italian", "Portuguese", "Arabic", "Chinese",
    "Russian", "Japanese", "Korean", "Hindi", "Turkish", "Print", "Englisch", "Deutsch", "Französisch", "Spanisch",
    "Anglais", "Français", "Allemand", "Espagnol", "Inglés", "Español", "Francés", "Alemán", "Inglês", "Português",
     "Inglese", "Tedesco",
    "Engels", "Engelska", "Engelsk", "English Version",
    "Http", "Https", "Html", "Email", "E-mail", "Mail", "RSS", "SMS", "Text", "Phone", "Fax", "Getty",
    "Getty Images", "Shutterstock", "iStock", "iStockphoto", "Alamy", "Unsplash", "Pixabay", "Pexels",
    "Depositphotos", "Adobe Stock", "Flickr", "Wikimedia", "Wikimedia Commons", "Wikipedia", "Imago",
    "Facebook", "Twitter", "X", "Instagram", "YouTube", "LinkedIn", "Pinterest", "WhatsApp", "Telegram",
    "TikTok", "Reddit", "Google", "Google News", "Google Maps", "PayPal", "Skype", "Zoom", "App Store",
    "Google Play", "Staff", "Staff Writer", "Staff Reporter", "Staff Reports", "Admin", "Editor", "Author",
    "Guest", "Anonymous", "Press Release", "Submitted", "Contributed", "File", "File Photo", "Photo",
    "Photos", "Video", "Image", "Picture", "Courtesy", "Handout", "Company", "Supplied", "Reported",
    "Corrected", "Correction", "Correct", "Optional", "Advisory", "Embargoed", "Republican", "Democrat",
    "Rep", "Sen", "R", "D", "UPDATE", "VIDEO", "PHOTOS", "BREAKING", "LIVE", "WATCH", "EXCLUSIVE",
    "OPINION", "Update", "Updated", "Official", "Unknown", "Various", "Internet", "Agencies", "Agency",
    "Agenturen", "Agencias", "Agências", "Agenzie", "Агентства",
)  # fmt: skip

# Begin no name, unless set in capitals as an abbreviation.
NO_FIRST_WORDS: tuple[str, ...] = (
    "I", "We", "He", "She", "It", "They", "You", "This", "That", "These", "Those", "Our", "Your", "My",
    "His", "Her", "Its", "Their", "Here", "There", "All", "More", "Other", "Another", "Any", "Some", "What",
    "When", "Where", "Who", "How", "Why", "And", "But", "Or", "If", "As", "At", "In", "On", "To", "By",
    "For", "With", "From", "A", "An", "Mr", "Mrs", "Ms", "Dr",
)  # fmt: skip

# What dates and times are made of: behind a byline's agency ("Associated Press Writer Sat Dec 29, 10:10 AM ET") and in
# datelines ("Jun 2 (PTI)").
MONTHS: tuple[str, ...] = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
    "januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember", "jänner", "feber", "okt", "dez", "mrz",
    "janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
    "janv", "févr", "avr", "juil", "déc", "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto",
    "septiembre", "setiembre", "octubre", "noviembre", "diciembre", "ene", "abr", "ago", "dic", "set",
    "janeiro", "fevereiro", "março", "maio", "junho", "julho", "setembro", "outubro", "novembro", "dezembro", "fev",
    "out", "gennaio", "febbraio", "aprile", "maggio", "giugno", "luglio", "settembre", "ottobre", "dicembre", "gen",
    "mag", "giu", "lug", "ott", "januari", "februari", "maart", "mei", "augustus", "augusti", "mrt", "maj",
    "marts", "desember", "tammikuuta", "helmikuuta", "maaliskuuta", "huhtikuuta", "toukokuuta", "kesäkuuta",
    "heinäkuuta", "elokuuta", "syyskuuta", "lokakuuta", "marraskuuta", "joulukuuta",
    "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
    "listopada", "grudnia", "ledna", "února", "března", "dubna", "května", "června", "července", "srpna", "září",
    "října", "listopadu", "prosince", "januára", "februára", "apríla", "mája", "júna", "júla", "augusta", "septembra",
    "októbra", "novembra", "decembra", "ianuarie", "februarie", "martie", "aprilie", "iunie", "iulie", "septembrie",
    "octombrie", "noiembrie", "decembrie", "január", "február", "március", "április", "május", "június", "július",
    "augusztus", "szeptember", "október", "siječnja", "veljače", "ožujka", "travnja", "svibnja", "lipnja", "srpnja",
    "kolovoza", "rujna", "studenoga", "prosinca", "januara", "februara", "aprila", "juna", "jula", "avgusta", "oktobra",
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря", "січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня",
    "листопада", "грудня", "януари", "февруари", "март", "април", "май", "юни", "юли", "август", "септември",
    "октомври", "ноември", "декември", "ocak", "şubat", "mart", "nisan", "mayıs", "haziran", "temmuz", "ağustos",
    "eylül", "ekim", "kasım", "aralık", "februarie", "maret", "agustus", "desember", "ogos", "disember", "mac", "julai",
    "tháng", "ιανουαρίου", "φεβρουαρίου", "μαρτίου", "απριλίου", "μαΐου", "ιουνίου", "ιουλίου", "αυγούστου",
    "σεπτεμβρίου", "οκτωβρίου", "νοεμβρίου", "δεκεμβρίου", "जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई",
    "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर", "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو",
    "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر",
)  # fmt: skip
TIME_WORDS: tuple[str, ...] = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "tues", "wed", "thu",
    "thur", "thurs", "fri", "sat", "sun", "am", "pm", "a.m.", "p.m.", "a.m", "p.m", "noon", "et", "est", "edt", "ct",
     "cst", "cdt", "mt",
    "mst", "mdt", "pt", "pst", "pdt", "gmt", "utc", "bst", "ist", "cet", "cest", "aest", "aedt", "ago", "hours", "hour",
    "hrs", "hr", "h", "minutes", "minute", "mins", "min", "days", "day", "at", "on", "updated", "published", "posted",
    "last", "first", "created", "modified", "the", "of", "today", "yesterday", "eastern", "time", "local",
    "montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag", "mo", "di", "mi", "do", "fr", "sa",
    "so", "uhr", "am", "um", "vom", "aktualisiert", "veröffentlicht", "stand", "vor", "stunden", "stunde", "minuten",
    "tagen", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "le", "à", "publié", "mis", "jour",
    "modifié", "il", "y", "a", "heures", "heure", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado",
    "domingo", "el", "de", "del", "a", "las", "la", "actualizado", "publicado", "hace", "horas", "hora", "segunda-feira",
    "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira", "atualizado", "em", "às", "há", "lunedì", "martedì",
    "mercoledì", "giovedì", "venerdì", "sabato", "domenica", "alle", "ore", "aggiornato", "pubblicato", "il", "fa",
    "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag", "om", "uur", "geleden",
    "bijgewerkt", "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag", "kl", "klokken", "publicerad",
    "uppdaterad", "publisert", "oppdatert", "opdateret", "в", "обновлено", "опубликовано", "года", "г", "о", "року",
    "оновлено", "poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela", "godz", "aktualizacja",
    "jam", "pukul", "wib", "senin", "selasa", "rabu", "kamis", "jumat", "sabtu", "minggu", "ngày", "lúc", "saat",
    "güncelleme", "pazartesi", "salı", "çarşamba", "perşembe", "cuma", "cumartesi", "pazar",
)  # fmt: skip

# Behind an agency's name where it stands for one of its desks: "dpa Sport", "PA Sport", "Reuters Life".
DESKS: tuple[str, ...] = (
    "Sport", "Sports", "Business", "Economy", "Wirtschaft", "World", "Politics", "Politik", "Life", "Entertainment",
    "Health", "Technology", "International", "UK", "US", "USA", "India", "Deutschland", "Österreich", "Schweiz",
    "France", "España", "Mundo", "Economia", "Economía", "Esporte", "Deportes", "Brasil", "Newswire", "Wire", "Staff",
    "infocom", "AFX", "Ltd",
)  # fmt: skip

# Behind an agency's name in a byline, the writer's desk and trade: "AP Technology Writer", "dpa-Korrespondentin".
BYLINE_TRADES: tuple[str, ...] = (
    "writer", "writers", "reporter", "reporters", "correspondent", "correspondents", "editor", "staff", "columnist",
    "analyst", "sportswriter", "bureau", "service", "newswire", "newswires", "newsfeatures", "desk", "agency",
    "redaktion", "korrespondent", "korrespondentin", "redakteur", "redakteurin", "correspondant", "correspondante",
    "journaliste", "corresponsal", "redacción", "redactor", "redactora", "correspondente", "repórter", "corrispondente",
    "redazione", "correspondente", "verslaggever", "korrespondenten", "reporteri", "dziennikarz", "корреспондент", "writer.",
)  # fmt: skip

# What agencies of no table call themselves: "By Jane Roe, Mentone News Service".
AGENCY_NOUNS: tuple[str, ...] = (
    "News Service", "News Agency", "Press Agency", "Press Service", "Wire Service", "News Wire", "Newswire",
    "Nachrichtenagentur", "Presseagentur", "Nachrichtendienst", "Agencia de Noticias", "Agencia de Prensa",
    "Servicio de Noticias", "Agence de Presse", "Agenzia di Stampa", "Agenzia Stampa", "Agência de Notícias",
    "Persbureau", "Persdienst", "Nyhetsbyrå", "Nyhetsbyrån", "Nyhedsbureau", "Uutistoimisto", "Tietotoimisto",
    "Agencja Prasowa", "Agencja Informacyjna", "Tisková agentura", "Agenția de Presă", "Novinska agencija",
    "Новинска агенција", "Информационное агентство", "Інформаційне агентство", "Информационна агенция",
    "Haber Ajansı", "Kantor Berita",
)  # fmt: skip

# Beside a name in the line of a picture, a chart or a table: that line credits the picture.
PICTURE_WORDS: tuple[str, ...] = (
    "photo", "photos", "photograph", "photographer", "photographs", "picture", "pictures", "image", "images", "pool",
    "file", "handout", "video", "graphic", "graphics", "chart", "map", "illustration", "caption", "getty", "landov",
    "foto", "fotos", "fotograf", "bild", "bilder", "archiv", "symbolbild", "grafik", "karte", "photothèque", "imagen",
    "imágenes", "gráfico", "archivo", "infografía", "imagem", "arquivo", "reprodução", "divulgação", "immagine",
    "beeld", "grafiek", "billede", "kuva", "zdjęcie", "fot", "snímek", "fotó", "фото", "снимка", "изображение",
    "видео", "fotoğraf", "görsel", "ảnh", "صورة", "تصوير",
)  # fmt: skip

# What makes a text this text: "this article was first published by X", and not "a report first published by X".
THIS_WORDS: tuple[str, ...] = (
    "this", "following", "above", "preceding", "dieser", "dieses", "diesen", "diese", "vorliegende", "nachstehende", "ce",
    "cet", "cette", "présent", "este", "esta", "estos", "presente", "questo", "questa", "quest", "dit", "deze", "denna",
    "detta", "denne", "dette", "tämä", "tämän", "ten", "tento", "tato", "toto", "niniejszy", "acest", "acestui",
     "această", "ovaj",
    "ovog", "ta", "този", "тази", "настоящий", "эта", "этот", "данная", "данный", "цей", "ця", "ini", "này", "هذا", "هذه",
)  # fmt: skip

# "Reporting by A; Editing by B": the agency that closes its texts so, without its name. (agency, first words, later words.)
CLOSING_FORMS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Reuters", "reporting by", ("editing by", "writing by", "compiled by")),
    ("Reuters", "additional reporting by", ("editing by", "writing by")),
    ("Reuters", "writing by", ("editing by",)),
    ("Reuters", "compiled by", ("editing by",)),
    ("Reuters", "reporte de", ("editado por", "editado en español por", "edición de", "traducido por")),
    ("Reuters", "reportado por", ("editado por", "editado en español por", "edición de")),
    ("Reuters", "reportaje de", ("editado por", "editado en español por", "edición de")),
    ("Reuters", "información de", ("editado por", "traducido por")),
    ("Reuters", "reportagem de", ("edição de", "edição por", "texto de")),
    ("Reuters", "reportage de", ("édité par", "version française", "rédigé par", "edité par")),
    ("Reuters", "reportage par", ("édité par", "version française", "rédigé par")),
    ("Reuters", "bericht von", ("redigiert von", "geschrieben von")),
    ("Reuters", "tradotto da", ("editing",)),
)  # fmt: skip

# At the head of a line that names those whose material an own text uses. (language, words)
PART_HEADS: tuple[tuple[str, str], ...] = (
    ("en", "contributing"), ("en", "contributors"), ("en", "with files from"), ("en", "with reporting from"),
    ("en", "with reporting by"), ("en", "with reports from"), ("en", "with additional reporting"), ("en", "with material from"),
    ("en", "with information from"), ("en", "with input from"), ("en", "with inputs from"), ("en", "with contributions from"),
    ("en", "with agencies"), ("en", "with"), ("en", "additional reporting by"), ("en", "additional reporting from"),
    ("en", "some information"), ("en", "some material"), ("en", "includes material from"), ("en", "includes reporting"),
    ("en", "material from"), ("en", "information from"), ("en", "compiled from"), ("en", "based on"), ("en", "edited from"),
    ("de", "mit"), ("de", "mit material"), ("de", "unter verwendung"), ("de", "mit informationen"), ("de", "auf basis"),
    ("fr", "avec"), ("fr", "avec l'"), ("fr", "avec des informations"), ("es", "con"), ("es", "con información de"),
    ("es", "con informaciones de"), ("pt", "com"), ("pt", "com informações"), ("it", "con"), ("it", "con informazioni"),
    ("nl", "met"), ("nl", "met informatie"), ("sv", "med"), ("da", "med"), ("no", "med"), ("pl", "z wykorzystaniem"),
    ("ru", "с использованием"), ("uk", "з використанням"), ("ru", "по материалам"), ("tr", "katkılarıyla"), ("id", "dengan"),
)  # fmt: skip

# Behind an agency's name: it had a part in the text. (language, words)
PART_ENDINGS: tuple[tuple[str, str], ...] = (
    ("en", "contributed"), ("en", "and other agencies"), ("en", "also contributed"), ("en", "material was used"),
    ("de", "trug zu"), ("de", "haben zu diesem"), ("fr", "a contribué"), ("fr", "ont contribué"), ("es", "contribuyó"),
    ("es", "contribuyeron"), ("es", "colaboró"), ("pt", "contribuiu"), ("pt", "contribuíram"), ("it", "ha contribuito"),
    ("it", "hanno contribuito"), ("nl", "droeg bij"), ("nl", "heeft bijgedragen"), ("sv", "bidrog"), ("no", "bidro"),
    ("da", "bidrog"), ("pl", "przyczynił"),
)  # fmt: skip

# Before "this report", they make something else the subject: "information for this report was provided by X".
TOWARD_WORDS: tuple[str, ...] = (
    "for",
    "to",
    "in",
    "für",
    "zu",
    "in",
    "pour",
    "à",
    "dans",
    "para",
    "en",
    "per",
    "voor",
    "aan",
    "för",
    "til",
    "для",
    "в",
)
