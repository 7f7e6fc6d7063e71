"""Function words: short closed lists for the bundled languages, the commonest words of the text for all others.

Articles, pronouns, adpositions, conjunctions, auxiliaries and particles; written for this project, lower case, and no more than
the error classes need: a word that is missing here is told of as a content word.
"""

from collections import Counter

from otcore.text.languages import LANGUAGES

COMMON_SHARE = 0.005  # of all words: in a language without a list, a word at least so common is taken for a function word

_LISTS = {
    "en": """a an the this that these those i you he she it we they me him her us them my your his its our their who whom whose which what
        of to in on at by for with from into onto over under about after before between through during without within against up down
        out off as than and or but nor so if because while though although when where that whether not no n't 's is are was were be been
        being am has have had having do does did will would shall should can could may might must there here 'll 've 're 'd 'm also too""",
    "de": """der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner ich du er sie es wir ihr mich dich
        ihn uns euch mir dir ihm ihnen sich mein meine sein seine seinen seinem seiner ihre ihren ihrem ihrer unser unsere wer was welche
        in im an am auf aus bei beim mit nach von vom zu zum zur über unter vor hinter neben zwischen durch für gegen ohne um bis seit
        und oder aber denn sondern wenn weil dass daß ob als wie nicht ist sind war waren bin bist wird werden wurde wurden worden hat
        haben hatte hatten kann können konnte muss müssen soll sollen will wollen darf dürfen da so auch noch schon nur""",
    "fr": """le la les l' un une des du de d' ce cet cette ces je j' tu il elle on nous vous ils elles me m' te t' se s' lui leur leurs y
        en mon ma mes ton ta tes son sa ses notre nos votre vos qui que qu' quoi dont où quel quelle quels quelles à au aux dans par pour
        avec sans sur sous entre vers chez depuis pendant contre et ou mais donc or ni car si quand comme ne n' pas plus est sont était
        étaient été être suis es sommes êtes sera seront a ai as avons avez ont avait avaient avoir eu fait peut doit c' aussi""",
    "es": """el la los las lo un una unos unas de del al a en con por para sin sobre entre desde hasta hacia contra según yo tú él ella
        nosotros ellos ellas usted ustedes me te se nos os le les mi mis tu tus su sus nuestro nuestra este esta estos estas ese esa esos
        esas aquel que quien quienes cual cuyo donde y e o u pero sino si porque cuando como aunque no ni es son era eran fue fueron ser
        sido está están estaba estar ha han había haber hay he hemos puede debe muy más también ya""",
    "ro": """un o unui unei niște cel cea cei cele al a ai ale lui de la în din pe cu fără pentru prin peste sub între spre după până
        către contra eu tu el ea noi voi ei ele mă te se ne vă îl îi le i l m mi ți își meu mea mei mele său sa săi sale lor nostru care ce
        cine căruia acest această acești aceste acel acea și sau dar ci dacă că când cum unde nu ni este e sunt era erau fi fost a am ai
        au are avem va vor să ar aș fie mai foarte nici s-a i-a""",
    "cs": """a i o u v ve s se z ze k ke na po pro při před přes za od do bez mezi nad pod já ty on ona ono my vy oni mě mne mi tě ti ho mu
        ji jí nás nám vás vám je jim si můj tvůj jeho její náš váš jejich svůj ten ta to ti ty ta tento tato toto kdo co který která které
        kteří jenž nebo ale však že aby když kdyby pokud protože jak jako kde ne není jsem jsi je jsme jste jsou byl byla bylo byli být
        bude budou by bych může musí už také jen""",
    "ru": """и а но или да не ни в во на с со к ко о об от до по за из у для при над под перед между через без про я ты он она оно мы вы
        они меня мне тебя тебе его ему её ей нас нам вас вам их им себя свой своя своё свои мой твой наш ваш этот эта это эти тот та то те
        кто что который которая которое которые как когда если чтобы потому где ли же бы был была было были быть есть будет будут может
        уже только также""",
    "tr": """bir bu şu o ve veya ya da de ile için gibi kadar göre sonra önce ama fakat çünkü eğer ki mi mı mu mü ben sen biz siz onlar
        bana sana ona bize size onu beni seni bizi sizi benim senim senin onun bizim sizin onların kendi ne kim hangi değil var yok idi
        ise olan olarak olduğu oldu olur çok daha en her hiç hem diye üzere""",
    "ar": """في من إلى على عن مع ب ل ك و ف أو أم لكن بل ثم حتى إن أن أنّ إنّ كان كانت يكون تكون ليس ليست لم لن لا ما قد سوف هل هو هي هم
        هن أنا نحن أنت أنتم هذا هذه ذلك تلك هؤلاء الذي التي الذين اللذان ه ها هما كم نا ي ك عند بعد قبل بين تحت فوق منذ خلال دون إذا لو
        عندما حيث كما كل بعض غير أي له لها لهم به بها فيه فيها منه منها عليه عليها إليه إليها""",
    "hi": """का के की को में से पर ने तक और या लेकिन मगर कि जो वह वे यह ये मैं हम तुम आप मुझे हमें उसे उन्हें इसे उस उन इस इन मेरा मेरी
        मेरे हमारा हमारे उसका उसकी उसके उनका उनके अपना अपनी अपने कौन क्या कब कहाँ जब तब यदि अगर तो भी ही नहीं न मत है हैं था थी थे हो
        हूँ होता होती होते हुआ हुई हुए गया गई गए रहा रही रहे कर के लिए साथ द्वारा एक""",
    "zh": """的 了 着 过 地 得 在 是 有 和 与 及 或 但 但是 而 而且 也 都 就 还 又 很 不 没 没有 把 被 给 对 对于 从 到 向 以 为 为了 由 于
        因 因为 所以 如果 虽然 这 那 这个 那个 这些 那些 我 你 他 她 它 我们 你们 他们 她们 自己 谁 什么 哪 吗 呢 吧 啊 个 一 一个 只 所
        之 其 并 将 会 能 可以 要 中 上 下 里""",
    "ja": """の に は を が と で も へ や から まで より か ね よ など し て た だ です ます ある い いる する れ られ せ させ ない
        なかっ ぬ ん ず う よう たい な ば て で に つ いう こと もの これ それ あれ この その あの ここ そこ 私 彼 彼女 さ なっ
        なる おり お ご あっ であ る り ため とき として について により によって""",
}
FUNCTION_WORDS = {code: frozenset(words.split()) for code, words in _LISTS.items()}


def is_function_word(word: str, language: str, counts: Counter | None = None) -> bool:
    """Whether a word is on its language's list, or in a language without one is very common in the text.

    word   : as it stands in the sentence
    counts : case-folded word → times in the text that is analysed; only read for languages that are not bundled
    """
    folded = word.casefold().replace("’", "'")
    code = language.split("-", maxsplit=1)[0]
    if code in LANGUAGES:
        return folded in FUNCTION_WORDS[code]
    return bool(counts) and counts[folded] >= COMMON_SHARE * counts.total() and any(character.isalpha() for character in word)
