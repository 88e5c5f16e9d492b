"""The fields a table can fill, and the headers that are known to mean them."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "id": "the partner's own id of the title",
    "title": "the display title",
    "original_title": "the title in its original language",
    "sort_title": "the title as it sorts",
    "alternate_titles": "other titles (list)",
    "episode_title": "an episode's own title, where `title` names its series",
    "title_language": "the language that title and description are in",
    "series_title": "the title of the series a row belongs to",
    "series_id": "the partner's id of that series",
    "season_id": "the partner's id of the season a row belongs to",
    "season": "season number",
    "episode": "episode number within its season",
    "absolute_number": "episode number over all seasons",
    "seasons": "how many seasons a series has",
    "type": "film, series, season, episode…",
    "year": "year of first release",
    "release_date": "date of first release",
    "runtime": "running time",
    "genres": "genres (list)",
    "keywords": "keywords (list)",
    "synopsis": "a description of any length",
    "tagline": "the line on the poster",
    "countries": "countries of origin (list)",
    "original_language": "the original language",
    "languages": "languages it is spoken in (list)",
    "directors": "people (list)",
    "writers": "people (list)",
    "producers": "people (list)",
    "creators": "people (list)",
    "composers": "people (list)",
    "editors": "people (list)",
    "cinematographers": "people (list)",
    "presenters": "people (list)",
    "cast": "actors (list)",
    "rating": "age rating",
    "rating_system": "who gave the age rating",
    "studios": "production companies (list)",
    "distributors": "distributors (list)",
    "networks": "networks or broadcasters (list)",
    "artwork": "picture URLs or ids (list)",
    "links": "pages about the title (list)",
    "imdb": "IMDb id",
    "tmdb": "TMDB id",
    "tvdb": "TheTVDB id",
    "eidr": "EIDR id",
    "edit_eidr": "EIDR id of an edit",
    "tms": "Gracenote TMS id",
    "isan": "ISAN",
    "wikidata": "Wikidata id",
    "partner": "who sends the table",
    "action": "upsert or delete",
    "deleted": "whether the title is withdrawn (true or false)",
    "updated": "when the row last changed",
    "territories": "where an offer is valid (list)",
    "excluded_territories": "where it is not (list)",
    "start": "start of the window, inclusive",
    "end": "end of the window, exclusive",
    "licence": "SVOD, EST, VOD, AVOD, FAST, FREE…",
    "price": "price to the viewer",
    "wholesale_price": "price to the platform",
    "currency": "currency of the prices",
    "platform": "where the offer is shown",
    "quality": "SD, HD, UHD (list)",
    "audio_languages": "audio languages of an offer (list)",
    "subtitle_languages": "subtitle languages of an offer (list)",
    "offer_id": "the partner's id of the offer",
    "contract": "contract id",
    "licensor": "who grants the licence",
    "exclusive": "whether the offer is exclusive (true or false)",
}
"""The keys that a profile's `mapping` may have."""

PEOPLE = {
    "directors": "director",
    "writers": "writer",
    "producers": "producer",
    "creators": "creator",
    "composers": "composer",
    "editors": "editor",
    "cinematographers": "cinematographer",
    "presenters": "presenter",
    "cast": "actor",
}
ORGANISATIONS = {"studios": "studio", "distributors": "distributor", "networks": "network"}
SCHEMES = {
    "imdb": ("imdb", "title"),
    "tmdb": ("tmdb", "title"),
    "tvdb": ("tvdb", "title"),
    "eidr": ("eidr", "title"),
    "edit_eidr": ("eidr", "edit"),
    "tms": ("tms", "title"),
    "isan": ("isan", "title"),
    "wikidata": ("wikidata", "title"),
}
OFFER = frozenset(
    [
        "territories",
        "excluded_territories",
        "start",
        "end",
        "licence",
        "price",
        "wholesale_price",
        "currency",
        "platform",
        "quality",
        "audio_languages",
        "subtitle_languages",
        "offer_id",
        "contract",
        "licensor",
        "exclusive",
    ]
)
LISTS = frozenset(
    {"genres", "keywords", "countries", "alternate_titles", "artwork", *PEOPLE, *ORGANISATIONS}
)
"""Fields whose columns may be numbered: `actor_1`, `actor_2`."""

REPEATED = frozenset({*LISTS, *SCHEMES, "synopsis", "languages", "links", ""})
"""Fields that take every column that names them."""

FILLED_IN_TURN = frozenset({"year", "runtime", "release_date"})
"""Fields that take the first of several columns that has a value."""

LOCALISED = frozenset({"title", "synopsis", "original_title", "tagline", "episode_title"})
"""Fields whose header may end in a language: `title_fr`."""

NAMES: Mapping[str, str] = {
    "title": """displaytitle maintitle primarytitle titledisplayunlimited movietitle filmtitle
        programmetitle programtitle titlename assettitle contenttitle titel titre titolo titulo
        tytul otsikko naslov título nazev cim titlu baslik judul заголовок название タイトル 题名
        片名 標題 标题 제목 name nombre nom nome nazwa naam namn navn movie film""",
    "original_title": """originalname titleoriginal originaltitel titreoriginal titolooriginale
        titulooriginal titulooriginale tituloorig nombreoriginal 原題""",
    "sort_title": "titlesort sortname titlesortname",
    "alternate_titles": """alsoknownas aka akas alternatetitle alternativetitle alternativetitles
        alttitle alttitles othertitles alternativenames aliases weiteretitel autrestitres""",
    "episode_title": "episodename titleepisode titredelepisode episodentitel tituloepisodio",
    "title_language": "locale lang titlelang metadatalanguage contentlocale",
    "series_title": """seriesname showtitle showname parenttitle show series serie tvshow
        serientitel titredelaserie nombreserie""",
    "series_id": "parentid parenttconst seriescontentid tvshowid seriesref",
    "season_id": "seasoncontentid",
    "show_id": "",
    "season": "seasonnumber seasonno seasonnum staffel saison temporada stagione",
    "episode": """episodenumber episodeno episodenum ep epno folge episodio numeroepisode
        episodeinseason""",
    "absolute_number": "absoluteepisode absoluteepisodenumber overallepisode",
    "seasons": "seasoncount numberofseasons numseasons totalseasons numberseasons",
    "type": """kind titletype contenttype worktype mediatype programtype programmetype category
        assettype tipo typ art objecttype showtype""",
    "year": """releaseyear startyear titleyear productionyear yearofrelease yearreleased annee
        ano anno jahr aar rok jaar produktionsjahr anneedeproduction anoproduccion erscheinungsjahr
        премьера год 年 公開年 yearstart prodyear""",
    "release_date": """releasedate premiered premieredate firstairdate originalreleasedate
        datepublished released airdate originalairdate theatricalrelease fechaestreno datesortie
        datedesortie fechadeestreno datadilancio originalrelease dateofrelease aired""",
    "runtime": """duration length runlength totalruntime runningtime duree dauer duracion durata
        duracao laufzeit spieldauer runtimeminutes durationinseconds kesto speelduur""",
    "genres": """genre genero generos generi genere gattung gatunek subgenre subgenres listedin
        ジャンル жанр genrenames primarygenre secondarygenre""",
    "keywords": "keyword tags tag plotkeywords motscles palabrasclave schlagworte",
    "synopsis": """description overview plot summary abstract shortdescription longdescription
        mediumdescription desc storyline plotsummary longsynopsis shortsynopsis mediumsynopsis
        shortsummary longsummary summary190 summary400 summary4000 summaryshort summarylong
        beschreibung inhalt descripcion sinopsis sinossi resume descrizione descricao sinopse
        opis omschrijving описание あらすじ plotoutline blurb""",
    "tagline": "slogan taglines",
    "countries": """productioncountries productioncountry origincountry countryoforigin
        countriesoforigin origincountries pays paises pais paese paesi land lander
        produktionsland paysdorigine paisdeorigen filmingcountry""",
    "country": "",
    "original_language": """originallang langueoriginale idiomaoriginal originalsprache
        originallanguages""",
    "languages": """language spokenlanguages spokenlanguage langue langues idioma idiomas sprache
        sprachen lingua lingue audiolanguage""",
    "directors": """director directedby realisateur realisateurs realisation regie regisseur
        regisseure regista regia realizador realizadores dirigidopor direccion diretor reżyser
        режиссер 監督 導演 导演 directornames""",
    "writers": """writer writtenby screenplay screenwriter screenwriters scenariste scenaristes
        guionista guionistas guion drehbuch sceneggiatura sceneggiatore roteirista author
        authors""",
    "producers": "producer producedby produttore productor productores produzent executiveproducer",
    "creators": "creator createdby showrunner",
    "composers": "composer music musicby compositeur compositor kompositor",
    "editors": "editor editedby monteur montage",
    "cinematographers": "cinematographer cinematography directorofphotography",
    "presenters": "presenter host hosts moderator presentateur presentador",
    "cast": """starring actors actor stars star acteurs acteur reparto elenco attori interpreti
        darsteller besetzung schauspieler actrices actress actresses castmembers topcast
        distribution interpretes leadactor leadactors в_ролях キャスト principalcast""",
    "rating": """contentrating agerating mpaa mpaarating certificate certification parentalrating
        maturityrating fsk bbfc tvrating ratingcode clasificacion altersfreigabe ratingvalue""",
    "rating_system": "ratingsystem ratingsource ratingbody",
    "studios": """studio productioncompany productioncompanies productionstudio production
        company companies produktionsfirma productora""",
    "distributors": "distributor distributeur distribuidora verleih",
    "networks": "network channel broadcaster sender cadena",
    "artwork": """poster posterurl posterpath image imageurl thumbnail thumbnailurl cover coverurl
        picture boxart backdrop""",
    "links": "link url website homepage deeplink pageurl watchurl",
    "imdb": "imdbid tconst imdbcode imdbtitleid imdblink movieimdblink idimdb imdbtconst imdburl",
    "tmdb": "tmdbid themoviedbid idtmdb moviedbid",
    "tvdb": "tvdbid thetvdbid thetvdb",
    "eidr": "eidrid titleeidr eidrtitleid eidrcode eidrs eidrlevel1",
    "edit_eidr": "editeidr eidrlevel2 editeidrs",
    "tms": "tmsid gracenoteid gracenote rootid tmsconnectorid",
    "isan": "isanid isannumber",
    "wikidata": "wikidataid",
    "id": """rid titleid contentid assetid movieid filmid docid itemid uid guid uuid identifier
        key sku code programid programmeid productid vodid sourceid externalid partnerid ref
        referenceid materialid houseid identifiant kennung identificador codigo recordid entityid
        providerid packageid internalid""",
    "partner": "partnername source sourcename providername provider contentprovider",
    "action": "entrytype operation changetype deliveryaction",
    "deleted": "isdeleted withdrawn removed isremoved",
    "updated": """updatedat lastupdated lastmodified modified modifiedat lastmodifieddate
        datemodified lastchanged""",
    "territories": """territory market markets region regions territorycode countrycode
        territorio territorios territoire territoires gebiet availablecountries
        availablecountry availabilitycountry availablein territoriesincluded includedterritories
        countriesavailable streamingcountry""",
    "excluded_territories": """excludedterritory territoryexclusion territoriesexcluded
        excludedcountries territoryexcluded""",
    "start": """startdate windowstart availablefrom licencestart licensestart licensingstart
        licensingwindowstart rightsstart availstart availabilitystart validfrom startofwindow
        startofavailability availabilitystarttime windowstartdate licensestartdate
        licencestartdate rightsstartdate availablestart validitystart streamingstart dateon
        fechainicio datedebut inicio debut beginn gueltigab onlinefrom startdatetime""",
    "end": """enddate windowend availableuntil availableto licenceend licenseend licensingend
        licensingwindowend rightsend availend availabilityend validto validuntil endofwindow
        endofavailability availabilityendtime windowenddate licenseenddate licenceenddate
        rightsenddate expires expiry expirydate expirationdate expiration expiresat availableend
        validityend dateoff fechafin datefin ende gueltigbis onlineuntil fin enddatetime""",
    "licence": """license licencetype licensetype rights rightstype offertype monetization
        monetizationtype businessmodel transactiontype accesstype availabilitytype lizenz licencia
        licenza modele dealtype model entitlement""",
    "price": """pricevalue srp retailprice amount prix precio preis prezzo preco priceamount
        consumerprice listprice""",
    "wholesale_price": "wsp wholesale",
    "currency": "pricecurrency currencycode devise moneda wahrung valuta",
    "platform": "platforms storefront streamingservice outlet",
    "service": "store",
    "quality": "resolution videoquality formatprofile definition qualities",
    "audio_languages": "audio audiolangs assetlanguage",
    "subtitle_languages": "subtitles subtitlelanguage subtitle subs",
    "offer_id": "availid offerkey transactionid grantid rightsid licenceid licenseid dealid",
    "contract": "contractid contractnumber",
    "licensor": "licensorname rightsholder",
    "exclusive": "isexclusive exclusivity",
}
"""Field -> names after its own, best first. `country`, `show_id` and `service` are settled by
the columns beside them."""
