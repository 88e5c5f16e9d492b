"""Partner texts of one story in many languages."""

STORY = {
    "en": (
        "A retired detective returns to the coastal town where he grew up and finds that "
        "the case which ended his career was never closed. As winter settles over the "
        "harbour, he begins to question the people he once trusted."
    ),
    "fr": (
        "Un inspecteur à la retraite revient dans la ville côtière où il a grandi et "
        "découvre que l'affaire qui a mis fin à sa carrière n'a jamais été close. Alors que "
        "l'hiver s'installe sur le port, il commence à interroger ceux en qui il avait "
        "confiance."
    ),
    "de": (
        "Ein pensionierter Kommissar kehrt in die Küstenstadt zurück, in der er "
        "aufgewachsen ist, und stellt fest, dass der Fall, der seine Karriere beendete, nie "
        "abgeschlossen wurde. Als der Winter über den Hafen kommt, befragt er die Menschen, "
        "denen er einst vertraute."
    ),
    "es": (
        "Un detective retirado vuelve al pueblo costero donde creció y descubre que el caso "
        "que acabó con su carrera nunca se cerró. Mientras el invierno llega al puerto, "
        "empieza a interrogar a la gente en la que antes confiaba."
    ),
    "pt": (
        "Um detetive aposentado volta à cidade costeira onde cresceu e descobre que o caso "
        "que encerrou a sua carreira nunca foi fechado. Quando o inverno chega ao porto, "
        "ele começa a interrogar as pessoas em quem confiava."
    ),
    "it": (
        "Un detective in pensione torna nella cittadina costiera dove è cresciuto e scopre "
        "che il caso che ha posto fine alla sua carriera non è mai stato chiuso. Mentre "
        "l'inverno scende sul porto, comincia a interrogare le persone di cui si fidava."
    ),
    "nl": (
        "Een gepensioneerde rechercheur keert terug naar de kustplaats waar hij opgroeide "
        "en ontdekt dat de zaak die een einde maakte aan zijn carrière nooit werd gesloten. "
        "Terwijl de winter over de haven valt, begint hij de mensen te ondervragen die hij "
        "ooit vertrouwde."
    ),
    "sv": (
        "En pensionerad detektiv återvänder till kuststaden där han växte upp och upptäcker "
        "att fallet som avslutade hans karriär aldrig blev löst. När vintern kommer till "
        "hamnen börjar han fråga ut de människor som han en gång litade på."
    ),
    "da": (
        "En pensioneret detektiv vender tilbage til kystbyen, hvor han voksede op, og "
        "opdager, at sagen, der afsluttede hans karriere, aldrig blev lukket. Da vinteren "
        "kommer til havnen, begynder han at udspørge de mennesker, han engang stolede på."
    ),
    "nb": (
        "En pensjonert etterforsker vender tilbake til kystbyen der han vokste opp, og "
        "oppdager at saken som avsluttet karrieren hans, aldri ble lukket. Når vinteren "
        "kommer til havnen, begynner han å spørre ut menneskene han en gang stolte på."
    ),
    "pl": (
        "Emerytowany detektyw wraca do nadmorskiego miasteczka, w którym dorastał, i "
        "odkrywa, że sprawa, która zakończyła jego karierę, nigdy nie została zamknięta. "
        "Gdy zima nadchodzi do portu, zaczyna przesłuchiwać ludzi, którym kiedyś ufał."
    ),
    "tr": (
        "Emekli bir dedektif büyüdüğü sahil kasabasına geri döner ve kariyerini bitiren "
        "davanın hiç kapanmadığını öğrenir. Kış limana çökerken, bir zamanlar güvendiği "
        "insanları sorgulamaya başlar ve her cevap onu daha da geçmişe götürür."
    ),
    "fi": (
        "Eläkkeellä oleva etsivä palaa rannikkokaupunkiin, jossa hän varttui, ja huomaa, "
        "että hänen uransa päättänyt tapaus ei ole koskaan ratkennut. Kun talvi saapuu "
        "satamaan, hän alkaa kysellä ihmisiltä, joihin hän kerran luotti."
    ),
    "ru": (
        "Отставной детектив возвращается в приморский город, где он вырос, и узнаёт, что "
        "дело, которое закончило его карьеру, так и не было закрыто. Когда зима приходит в "
        "гавань, он начинает допрашивать людей, которым когда-то доверял."
    ),
    "uk": (
        "Відставний детектив повертається до приморського міста, де він виріс, і "
        "дізнається, що справу, яка завершила його кар'єру, так і не було закрито. Коли "
        "зима приходить у гавань, він починає допитувати людей, яким колись довіряв."
    ),
    "ja": (
        "引退した刑事が故郷の港町に戻り、自分のキャリアを終わらせた事件が解決していないことを知る。"
        "冬が訪れる中、彼はかつて信頼していた人々に話を聞き始める。"
    ),
    "zh": (
        "一名退休侦探回到他长大的海滨小镇，发现结束他职业生涯的案件从未结案。随着冬天降临港口，他开"
        "始询问他曾经信任的人。"
    ),
    "ko": (
        "은퇴한 형사가 자신이 자란 해안 마을로 돌아와 자신의 경력을 끝낸 사건이 아직 종"
        "결되지 않았음을 알게 된다."
    ),
    "ar": (
        "يعود محقق متقاعد إلى البلدة الساحلية التي نشأ فيها ويكتشف أن القضية التي أنهت "
        "مسيرته لم تغلق أبدا. مع حلول الشتاء على الميناء يبدأ في استجواب الناس الذين كان "
        "يثق بهم من قبل."
    ),
    "cs": (
        "Detektiv v důchodu se vrací do přímořského města, kde vyrostl, a zjišťuje, že "
        "případ, který ukončil jeho kariéru, nebyl nikdy uzavřen. Když do přístavu přichází "
        "zima, začíná vyslýchat lidi, kterým kdysi věřil."
    ),
    "hu": (
        "Egy nyugdíjas nyomozó visszatér a tengerparti városba, ahol felnőtt, és rájön, "
        "hogy az ügy, amely véget vetett a karrierjének, soha nem zárult le. Ahogy a tél "
        "megérkezik a kikötőbe, kérdezni kezdi azokat, akikben egykor megbízott."
    ),
    "id": (
        "Seorang detektif pensiunan kembali ke kota pesisir tempat ia dibesarkan dan "
        "menemukan bahwa kasus yang mengakhiri kariernya tidak pernah ditutup. Ketika musim "
        "dingin tiba di pelabuhan, ia mulai menanyai orang-orang yang dulu ia percayai."
    ),
}
