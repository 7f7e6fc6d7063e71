"""Language codes of three letters, older ones and macrolanguages, as the two-letter codes that are used here.

Source: ISO 639-2 (both its codes where it has two) and ISO 639-3, as registered; deprecated codes of IANA's subtag registry.
"""

_TWO_BY_THREE = """
aar aa abk ab afr af aka ak amh am ara ar arg an asm as ava av ave ae aym ay aze az bak ba bam bm bel be ben bn bis bi bod bo bos bs bre br
bul bg cat ca ces cs cha ch che ce chu cu chv cv cor kw cos co cre cr cym cy dan da deu de div dv dzo dz ell el eng en epo eo est et eus eu
ewe ee fao fo fas fa fij fj fin fi fra fr fry fy ful ff gla gd gle ga glg gl glv gv grn gn guj gu hat ht hau ha heb he her hz hin hi hmo ho
hrv hr hun hu hye hy ibo ig ido io iii ii iku iu ile ie ina ia ind id ipk ik isl is ita it jav jv jpn ja kal kl kan kn kas ks kat ka kau kr
kaz kk khm km kik ki kin rw kir ky kom kv kon kg kor ko kua kj kur ku lao lo lat la lav lv lim li lin ln lit lt ltz lb lub lu lug lg mah mh
mal ml mar mr mkd mk mlg mg mlt mt mon mn mri mi msa ms mya my nau na nav nv nbl nr nde nd ndo ng nep ne nld nl nno nn nob nb nor no nya ny
oci oc oji oj ori or orm om oss os pan pa pli pi pol pl por pt pus ps que qu roh rm ron ro run rn rus ru sag sg san sa sin si slk sk slv sl
sme se smo sm sna sn snd sd som so sot st spa es sqi sq srd sc srp sr ssw ss sun su swa sw swe sv tah ty tam ta tat tt tel te tgk tg tgl tl
tha th tir ti ton to tsn tn tso ts tuk tk tur tr twi tw uig ug ukr uk urd ur uzb uz ven ve vie vi vol vo wln wa wol wo xho xh yid yi yor yo
zha za zho zh zul zu
alb sq arm hy baq eu bur my chi zh cze cs dut nl fre fr geo ka ger de gre el ice is mac mk mao mi may ms per fa rum ro slo sk tib bo wel cy
cmn zh arb ar ekk et lvs lv als sq azj az azb az uzn uz khk mn npi ne ory or pes fa prs fa swh sw ydd yi zsm ms plt mg gaz om kmr ku quy qu
iw he in id ji yi mo ro scr hr scc sr
"""
_PAIRS = _TWO_BY_THREE.split()
SHORT = dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True))
MEMBERS = {"no": ("nb", "nn"), "sh": ("sr", "hr", "bs")}  # a macrolanguage, and what a text in it may be called
_SCRIPTS = {"cn": "hans", "sg": "hans", "my": "hans", "tw": "hant", "hk": "hant", "mo": "hant"}  # of Chinese, by region


def short_tag(tag: str) -> str:
    """A language tag in lower case with hyphens, its language by two letters where it has such a code: `DEU_Latn` is `de-latn`."""
    primary, *rest = tag.strip().lower().replace("_", "-").split("-")
    return "-".join([SHORT.get(primary, primary), *rest])


def agrees(tag: str, wanted: str) -> bool:
    """Whether text under a tag is what is asked for: the same language, and no other region or script where both name one.

    tag, wanted: as `short_tag` gives them; `zh-cn` has the script of `zh-hans`, and what asks for `no` is answered by `nb`
    """
    primaries = [one.partition("-")[0] for one in (tag, wanted)]
    if primaries[0] != primaries[1] and primaries[0] not in MEMBERS.get(primaries[1], ()):
        return False
    sides = [_parts(one) for one in (tag, wanted)]
    return all(None in (one, other) or one == other for one, other in zip(*sides, strict=True))


def _parts(tag: str) -> tuple[str | None, str | None]:
    """Region and script of a tag, None for what it does not say."""
    primary, *rest = tag.split("-")
    region = next((part for part in rest if (len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdecimal())), None)
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), None)
    return region, script or (_SCRIPTS.get(region or "") if primary == "zh" else None)
